import { CommandBody } from '../../http/validation/dtos.js';
import {
  IsBusinessDay,
  IsCode,
  IsCount,
  IsId,
  IsMoney,
  IsOneOf,
  IsParty,
  IsSchedule,
  IsText,
} from '../../http/validation/fields.js';
import type { BusinessDate } from '../../kernel/calendar.js';
import type { PartyId, Uuid } from '../../kernel/ids.js';
import type { MoneyJson } from '../../kernel/money.js';
import { EVERY, MOST_INSTALMENTS, type Every } from './schedule.js';

// Open lists: what is known is documented, and other codes are accepted.
const DEBT_GROUNDS = ['traffic-fine', 'fee', 'loan', 'late-penalty'];
const UPDATE_GROUNDS = ['correction', 'late-penalty'];
const CANCELLATION_GROUNDS = ['dismissed', 'error'];
const EXEMPTION_GROUNDS = ['hardship', 'death', 'royal-order'];
const DECLINE_REASONS = ['unfounded', 'incomplete'];
const PROCEEDING_KINDS = ['notice-served', 'appeal-lodged', 'sent-for-collection'];
const SECTORS = ['general', 'traffic', 'health'];

/** Characters of a proof: a reference to documents, or what they say. */
const MOST_PROOF = 2000;

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

export class ExemptionRequestBody extends CommandBody {
  @IsMoney({ optional: true, description: 'Left out: all that is still owed when it is approved.' })
  amount?: MoneyJson;

  @IsCode(EXEMPTION_GROUNDS)
  ground!: string;

  @IsText(1, MOST_PROOF, { optional: true, description: 'A proof: it is sealed, and the event commits to it.' })
  evidence?: string;
}

/** Equal instalments (`instalments`, `firstDueOn`, `every`) or a `schedule` of them. */
export class InstalmentRequestBody extends CommandBody {
  @IsCount(1, MOST_INSTALMENTS, { optional: true, description: 'How many; the last has what does not divide.' })
  instalments?: number;

  @IsBusinessDay({ optional: true, description: 'Today (Asia/Riyadh) or later.' })
  firstDueOn?: BusinessDate;

  @IsOneOf(EVERY, { optional: true, description: 'The ISO 8601 period between two instalments.' })
  every?: Every;

  @IsSchedule({ optional: true, description: 'In the order of the dates; the amounts add up to what is owed.' })
  schedule?: readonly { readonly dueOn: BusinessDate; readonly amount: MoneyJson }[];

  @IsText(1, MOST_PROOF, { description: 'The proof of inability: it is sealed, and the event commits to it.' })
  evidence!: string;
}

export class ApprovalBody extends CommandBody {
  @IsId({ optional: true, description: 'The delegation that an exemption rests on.' })
  delegation?: Uuid;
}

export class DeclineBody extends CommandBody {
  @IsCode(DECLINE_REASONS)
  reason!: string;
}
