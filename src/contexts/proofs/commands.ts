import { Issued, type CommandOf } from '../../kernel/decider.js';
import type { BalancesSigned } from './events.js';

/** Sent by whoever has signed them; its target is the ledger. */
export class RecordBalances extends Issued<'RecordBalances', BalancesSigned['data']> {
  readonly type = 'RecordBalances';
}

export type ProofsCommand = CommandOf<RecordBalances>;
