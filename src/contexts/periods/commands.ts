import type { ResultAccount } from '../../kernel/accounts.js';
import type { BusinessDate } from '../../kernel/calendar.js';
import { Issued, type CommandOf } from '../../kernel/decider.js';
import type { CommandId, EventId, PartyId, Uuid } from '../../kernel/ids.js';

/* The books of an entity: their target is `periodsId(entity)`. A closing is named by the event that asked for it. */

export class RequestClosing extends Issued<
  'RequestClosing',
  {
    readonly entity: PartyId;
    /** `2026-03` or `2026`. */
    readonly period: string;
  }
> {
  readonly type = 'RequestClosing';
}

export class ApproveClosing extends Issued<'ApproveClosing', { readonly request: EventId }> {
  readonly type = 'ApproveClosing';
}

export class DeclineClosing extends Issued<'DeclineClosing', { readonly request: EventId; readonly reason: string }> {
  readonly type = 'DeclineClosing';
}

export class WithdrawClosing extends Issued<'WithdrawClosing', { readonly request: EventId }> {
  readonly type = 'WithdrawClosing';
}

/** Sent by the clock: what was decided before the approval has been written by now. */
export class ClosePeriod extends Issued<'ClosePeriod', { readonly request: EventId }> {
  readonly type = 'ClosePeriod';
}

/** What an account of revenue or expense holds, and on which side: a decimal amount above zero. */
export interface Result {
  readonly account: ResultAccount;
  readonly currency: string;
  readonly side: 'debit' | 'credit';
  readonly amount: string;
}

/** Sent by the clock: the year's result as the log gives it at the sequence of its PeriodClosed. */
export class CloseYear extends Issued<'CloseYear', { readonly request: EventId; readonly results: readonly Result[] }> {
  readonly type = 'CloseYear';
}

export type ClosingCommand = CommandOf<
  RequestClosing | ApproveClosing | DeclineClosing | WithdrawClosing | ClosePeriod | CloseYear
>;

/** Their names: a refusal of each has a stored type of its own. */
export const closingCommands: readonly ClosingCommand['type'][] = [
  'RequestClosing',
  'ApproveClosing',
  'DeclineClosing',
  'WithdrawClosing',
  'ClosePeriod',
  'CloseYear',
];

/* A correction: one command that may count in a closed period. */

export class RequestCorrection extends Issued<
  'RequestCorrection',
  {
    readonly entity: PartyId;
    /** The month or year in which it is to count. */
    readonly period: string;
    readonly reason: string;
    /** The aggregate that is corrected. */
    readonly about: Uuid;
    /** The type of the command that it is for. */
    readonly command: string;
    /** The last day on which the command may be sent; absent: thirty days from today. */
    readonly until?: BusinessDate;
  }
> {
  readonly type = 'RequestCorrection';
}

export class ApproveCorrection extends Issued<'ApproveCorrection', Readonly<Record<string, never>>> {
  readonly type = 'ApproveCorrection';
}

export class DeclineCorrection extends Issued<'DeclineCorrection', { readonly reason: string }> {
  readonly type = 'DeclineCorrection';
}

export class WithdrawCorrection extends Issued<'WithdrawCorrection', Readonly<Record<string, never>>> {
  readonly type = 'WithdrawCorrection';
}

/** Sent by the ledger for a command that names the correction, just before that command is written. */
export class TakeCorrection extends Issued<
  'TakeCorrection',
  {
    readonly id: CommandId;
    readonly command: string;
    readonly about: Uuid;
    readonly on: BusinessDate;
    /** In whose books it posts. */
    readonly entities: readonly string[];
  }
> {
  readonly type = 'TakeCorrection';
}

export type CorrectionCommand = CommandOf<
  RequestCorrection | ApproveCorrection | DeclineCorrection | WithdrawCorrection | TakeCorrection
>;

export const correctionCommands: readonly CorrectionCommand['type'][] = [
  'RequestCorrection',
  'ApproveCorrection',
  'DeclineCorrection',
  'WithdrawCorrection',
  'TakeCorrection',
];
