import { CommandBody } from '../../http/validation/dtos.js';
import { IsBusinessDay, IsCode, IsId, IsPeriod } from '../../http/validation/fields.js';
import type { BusinessDate } from '../../kernel/calendar.js';
import type { Uuid } from '../../kernel/ids.js';

// Open lists: what is known is documented, and other codes are accepted.
const DECLINE_REASONS = ['incomplete', 'unreconciled', 'mistake'];
const CORRECTION_REASONS = ['error', 'late-document', 'court-decision', 'audit-finding'];
const COMMANDS = ['RegisterDebt', 'ApproveRequest', 'CancelSubscription'];

export class ClosingRequestBody extends CommandBody {
  @IsPeriod({ description: 'A month or a year that is over; all days before it are closed with it.' })
  period!: string;
}

export class PeriodDeclineBody extends CommandBody {
  @IsCode(DECLINE_REASONS)
  reason!: string;
}

export class CorrectionRequestBody extends CommandBody {
  @IsPeriod({ description: 'The month or year in which the command is to count.' })
  period!: string;

  @IsCode(CORRECTION_REASONS)
  reason!: string;

  @IsId({ description: 'What is corrected: the id of a debt or a subscription.' })
  about!: Uuid;

  @IsCode(COMMANDS, { description: 'The command that it is for.', example: 'RegisterDebt' })
  command!: string;

  @IsBusinessDay({ optional: true, description: 'The last day on which it can be used; default: in thirty days.' })
  until?: BusinessDate;
}
