/* A subscription in each of its states, and with an open renewal where there may be one. */
import { cancel, given, ORDERED, owner, passTo, pay, purchase, renew, type GivenSubscription } from './cast.js';
import { SYSTEM } from '../given.js';

const ON = { today: ORDERED, effectiveOn: ORDERED };
/** In the middle of the year, so that every command can be sent on that day. */
export const MIDDLE = { today: '2026-09-15' };
/** After the end of the year. */
export const AFTER = { today: '2027-03-15' };

export const ordered = (): GivenSubscription => given([purchase(), owner, ON]);
/** From 2026-03-01 to 2027-03-01. */
export const active = (): GivenSubscription => ordered().and([pay('r1', '115'), SYSTEM, ON]);
export const expired = (): GivenSubscription => passTo('2027-03-01', active());
export const renewing = (): GivenSubscription => passTo(MIDDLE.today, active()).and([renew(), owner, MIDDLE]);
export const expiredRenewing = (): GivenSubscription => expired().and([renew(), owner, { today: '2027-03-02' }]);
export const cancelled = (): GivenSubscription => active().and([cancel(), owner, ON]);
export const lapsed = (): GivenSubscription => passTo('2026-04-01', ordered());

export const STATES = {
  none: [() => given(), ON],
  pendingPayment: [ordered, ON],
  active: [() => passTo(MIDDLE.today, active()), MIDDLE],
  renewing: [renewing, MIDDLE],
  expired: [expired, AFTER],
  expiredRenewing: [expiredRenewing, AFTER],
  cancelled: [cancelled, MIDDLE],
  lapsed: [lapsed, MIDDLE],
} as const;
export type StateName = keyof typeof STATES;
