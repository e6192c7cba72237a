import { CommandBody } from '../../http/validation/dtos.js';
import { IsBusinessDay, IsCode, IsOneOf, IsParty } from '../../http/validation/fields.js';
import type { BusinessDate } from '../../kernel/calendar.js';
import type { PartyId } from '../../kernel/ids.js';

const RELATIONS = ['employee', 'owner', 'delegate'];
// Open lists: what is known is documented, and other codes are accepted, or refused by a rule.
const PLANS = ['basic'];
const PAYMENT_METHODS = ['sadad', 'card', 'bank-transfer'];
const SERVICES = ['contract-authentication', 'work-permit', 'certificate'];

/** What is accepted with an order (domain.md Q3). */
export class RenewalBody extends CommandBody {
  @IsCode([], { example: 'P1Y', description: 'ISO 8601. A subscription lasts one year, P1Y; another term is refused.' })
  term!: string;

  @IsCode([], { example: 'v1', description: 'The version of the terms that is accepted.' })
  terms!: string;

  @IsCode(PAYMENT_METHODS)
  paymentMethod!: string;
}

export class PurchaseBody extends RenewalBody {
  @IsParty()
  establishment!: PartyId;

  @IsParty({ description: 'The authorised user.' })
  user!: PartyId;

  @IsOneOf(RELATIONS, { description: "The user's, to the establishment." })
  relation!: string;

  @IsCode(PLANS)
  plan!: string;
}

export class TransferBody extends CommandBody {
  @IsParty({ description: 'Another authorised user: it is always refused.' })
  to!: PartyId;
}

export class ServiceUseBody extends CommandBody {
  @IsCode(SERVICES)
  service!: string;
}

export class ResignationBody extends CommandBody {
  @IsParty({ description: 'The authorised user who resigned.' })
  user!: PartyId;

  @IsBusinessDay({ description: 'The day of the resignation: not later than today in Asia/Riyadh.' })
  on!: BusinessDate;
}
