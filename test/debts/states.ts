/* A debt of 100.00 in each of its states. */
import type { Plan } from '../../src/contexts/debts/state.js';
import { SYSTEM } from '../given.js';
import {
  approve,
  approver,
  clerk,
  debtor,
  discard,
  draft,
  given,
  openRequest,
  receive,
  register,
  requestCancellation,
  requestInstalments,
  requestPayment,
  REVIEW,
  type GivenDebt,
} from './cast.js';

export const drafted = (): GivenDebt => given([draft(), clerk]);
export const registered = (): GivenDebt => drafted().and([register(), approver]);
export const partlyPaid = (): GivenDebt => registered().and([receive('r1', '60'), SYSTEM]);

/** 60.00 received in r1, 40.00 in r2, all approved. */
export function settled(): GivenDebt {
  const asked = partlyPaid().and([receive('r2', '40'), SYSTEM], [requestPayment('100'), debtor]);
  return asked.and([approve(openRequest(asked)), approver]);
}
/** Cancelled after 60.00 of r1. */
export function cancelled(): GivenDebt {
  const asked = partlyPaid().and([requestCancellation(), clerk]);
  return asked.and([approve(openRequest(asked)), approver]);
}

/** 60.00 of 100.00 received, and 40.00 in four instalments at the ends of March to June 2026. */
export function inInstalments(before: GivenDebt = partlyPaid(), count = 4): GivenDebt {
  const asked = before.and([requestInstalments(count), debtor]);
  return asked.and([approve(openRequest(asked)), approver]);
}
export const planOf = ({ state }: GivenDebt): Plan => {
  if (state?.plan == null) throw new Error('there is no plan');
  return state.plan;
};

export const STATES = {
  none: () => given(),
  draft: drafted,
  /** 60.00 received in r1. */
  outstanding: partlyPaid,
  /** The same, and the debtor's request to recognise 40.00 is open. */
  underReview: () => partlyPaid().and([requestPayment('40'), debtor, REVIEW]),
  settled,
  cancelled,
  discarded: () => drafted().and([discard(), clerk]),
} as const;
export type StateName = keyof typeof STATES;
