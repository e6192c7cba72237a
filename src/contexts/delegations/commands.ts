import type { BusinessDate } from '../../kernel/calendar.js';
import { Issued, type CommandOf } from '../../kernel/decider.js';
import type { ActorId, PartyId } from '../../kernel/ids.js';

export class RegisterDelegation extends Issued<
  'RegisterDelegation',
  {
    /** Who may decide. */
    readonly approver: ActorId;
    /** For whom. */
    readonly entity: PartyId;
    /** What may be decided: an open list of codes, `exemption` among them. */
    readonly kind: string;
    /** Decimal text: the largest amount that may be decided on. */
    readonly amount: string;
    readonly currency: string;
    /** The first and the last day. */
    readonly from: BusinessDate;
    readonly to: BusinessDate;
  }
> {
  readonly type = 'RegisterDelegation';
}

export class ApproveDelegation extends Issued<'ApproveDelegation', Readonly<Record<string, never>>> {
  readonly type = 'ApproveDelegation';
}

export class RevokeDelegation extends Issued<'RevokeDelegation', { readonly reason: string }> {
  readonly type = 'RevokeDelegation';
}

/** Every command that a delegation knows, as plain data. */
export type DelegationCommand = CommandOf<RegisterDelegation | ApproveDelegation | RevokeDelegation>;
