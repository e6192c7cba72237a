import { CommandBody } from '../../http/validation/dtos.js';
import { IsBusinessDay, IsCode, IsMoney, IsParty } from '../../http/validation/fields.js';
import type { BusinessDate } from '../../kernel/calendar.js';
import type { PartyId } from '../../kernel/ids.js';
import type { MoneyJson } from '../../kernel/money.js';

// Open lists: what is known is documented, and other codes are accepted.
const DEBT_GROUNDS = ['traffic-fine', 'fee', 'loan', 'late-penalty'];
const UPDATE_GROUNDS = ['correction', 'late-penalty'];
const CANCELLATION_GROUNDS = ['dismissed', 'error'];
const DECLINE_REASONS = ['unfounded', 'incomplete'];
const PROCEEDING_KINDS = ['notice-served', 'appeal-lodged', 'sent-for-collection'];
const SECTORS = ['general', 'traffic', 'health'];

export class DraftDebtBody extends CommandBody {
  @IsParty()
  debtor!: PartyId;

  @IsParty()
  creditor!: PartyId;

  @IsMoney()
  amount!: MoneyJson;

  @IsCode(DEBT_GROUNDS)
  ground!: string;

  @IsCode(SECTORS, { optional: true })
  sector?: string;

  @IsBusinessDay({ optional: true })
  dueOn?: BusinessDate;
}

/** What is left out stays as it is. */
export class EditDraftBody extends CommandBody {
  @IsMoney({ optional: true })
  amount?: MoneyJson;

  @IsCode(DEBT_GROUNDS, { optional: true })
  ground?: string;

  @IsBusinessDay({ optional: true })
  dueOn?: BusinessDate;
}

export class ProceedingBody extends CommandBody {
  @IsCode(PROCEEDING_KINDS)
  kind!: string;

  @IsBusinessDay({ description: 'The day on which it happened: not later than today in Asia/Riyadh.' })
  on!: BusinessDate;
}

export class UpdateRequestBody extends CommandBody {
  @IsMoney({ optional: true })
  amount?: MoneyJson;

  @IsCode(UPDATE_GROUNDS)
  ground!: string;

  @IsBusinessDay({ optional: true })
  dueOn?: BusinessDate;
}

export class PaymentRequestBody extends CommandBody {
  @IsMoney()
  amount!: MoneyJson;
}

export class CancellationRequestBody extends CommandBody {
  @IsCode(CANCELLATION_GROUNDS)
  ground!: string;
}

export class DeclineBody extends CommandBody {
  @IsCode(DECLINE_REASONS)
  reason!: string;
}
