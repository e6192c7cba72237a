import { CommandBody } from '../../http/validation/dtos.js';
import { field, ofText, type FieldOptions } from '../../http/validation/field.js';
import {
  IsBusinessDay,
  IsCode,
  IsIban,
  IsId,
  IsMoney,
  IsParty,
  IsReceiptTarget,
} from '../../http/validation/fields.js';
import type { BusinessDate } from '../../kernel/calendar.js';
import { holdsIban } from '../../kernel/identifiers.js';
import type { PartyId, Uuid } from '../../kernel/ids.js';
import type { MoneyJson } from '../../kernel/money.js';

// Open lists: what is known is documented, and other codes are accepted.
const CHANNELS = ['sadad', 'card', 'bank-transfer'];
const SECTORS = ['general', 'traffic', 'health'];
const REFERENCE = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$/;

/**
 * The bank's own name of a payment, a code as events hold it. It may be ten digits that look like an ID by chance, so
 * only an IBAN in its place is refused.
 */
const IsBankReference = (options?: FieldOptions) =>
  field(
    ofText((text) => {
      if (holdsIban(text)) return { code: 'PERSONAL_NUMBER' };
      return REFERENCE.test(text) ? undefined : { code: 'NOT_A_CODE' };
    }),
    { type: 'string', pattern: REFERENCE.source },
    { example: 'FT26031-000417', ...options },
  );

export class RecordReceiptBody extends CommandBody {
  @IsBankReference({ description: "The bank's own, unique within the bank." })
  reference!: string;

  @IsParty()
  payer!: PartyId;

  @IsParty({ description: 'The entity that is paid.' })
  payee!: PartyId;

  @IsReceiptTarget({ optional: true, description: 'What the payer says it pays.' })
  target?: { debt: Uuid } | { subscription: Uuid };

  @IsMoney()
  amount!: MoneyJson;

  @IsBusinessDay({ description: 'Not later than today in Asia/Riyadh.' })
  paidOn!: BusinessDate;

  @IsBusinessDay({ optional: true, description: 'Not later than today in Asia/Riyadh.' })
  valueDate?: BusinessDate;

  @IsCode(CHANNELS)
  channel!: string;

  @IsCode(SECTORS, { optional: true })
  sector?: string;

  @IsIban({ optional: true, description: "The payer's account: it is sealed, and no event holds it." })
  sourceAccount?: string;
}

/** One of the two. */
export class MatchReceiptBody extends CommandBody {
  @IsId({ optional: true, description: 'The debt that it pays; else `subscription`.' })
  debt?: Uuid;

  @IsId({ optional: true, description: 'The subscription that it pays; else `debt`.' })
  subscription?: Uuid;
}

export class ReverseReceiptBody extends CommandBody {
  @IsBankReference({ description: "The bank's own, of the reversal." })
  reference!: string;

  @IsBusinessDay({ description: 'The day on which the bank took the money back: not later than today in Asia/Riyadh.' })
  on!: BusinessDate;
}
