import { CommandBody } from '../../http/validation/dtos.js';
import { IsBusinessDay, IsCode, IsMoney, IsParty, IsPerson } from '../../http/validation/fields.js';
import type { BusinessDate } from '../../kernel/calendar.js';
import type { PartyId } from '../../kernel/ids.js';
import type { MoneyJson } from '../../kernel/money.js';

// Open lists: what is known is documented, and other codes are accepted.
const KINDS = ['exemption'];
const REVOCATION_REASONS = ['left-office', 'mistake', 'replaced'];

export class DelegationBody extends CommandBody {
  @IsPerson({
    description: 'Who may decide: the `sub` of their tokens (it is kept as a pseudonym), or their `actor_` id.',
  })
  approver!: string;

  @IsParty({ description: 'For whom: the entity that you act for.' })
  entity!: PartyId;

  @IsCode(KINDS)
  kind!: string;

  @IsMoney({ description: 'The largest amount that may be decided on.' })
  upTo!: MoneyJson;

  @IsBusinessDay({ description: 'The first day.' })
  from!: BusinessDate;

  @IsBusinessDay({ description: 'The last day.' })
  to!: BusinessDate;
}

export class RevocationBody extends CommandBody {
  @IsCode(REVOCATION_REASONS)
  reason!: string;
}
