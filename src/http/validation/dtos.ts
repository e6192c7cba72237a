import type { BusinessDate } from '../../kernel/calendar.js';
import type { Uuid } from '../../kernel/ids.js';
import { IsBusinessDay, IsId, IsText, IsWholeNumber } from './fields.js';

/** Every command's body: a command without fields of its own uses it as it is. */
export class CommandBody {
  @IsBusinessDay({ optional: true, description: 'When it counts, a day in Asia/Riyadh; default: today.' })
  effectiveOn?: BusinessDate;

  @IsId({ optional: true, description: 'The approved correction by which it may count in a closed period.' })
  correction?: Uuid;
}

/** Every list's query. */
export class PageQuery {
  @IsText(1, 1024, { optional: true, description: 'From the link of the page before.' })
  cursor?: string;

  @IsWholeNumber(1, 200, { optional: true, description: 'Most items in the page; default 20.' })
  limit?: string;
}

/** The query of a route that has none: any parameter is a fault. */
export class NoQuery {}
