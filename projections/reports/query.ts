import {
  IsActor,
  IsBusinessDay,
  IsCode,
  IsCurrency,
  IsFlag,
  IsKnownAt,
  IsParty,
  IsText,
  IsWholeNumber,
} from '../../src/http/validation/fields.js';
import { PARAMETERS } from '../report.js';

export class ReportQuery {
  @IsKnownAt({ optional: true })
  knownAt?: string;

  @IsText(1, 200, { optional: true, description: 'From the link of the page before.' })
  cursor?: string;

  @IsWholeNumber(1, 1000, { optional: true, description: 'Most rows in the page of JSON; default 100.' })
  limit?: string;
}

const CHECKS = {
  party: IsParty,
  actor: IsActor,
  date: IsBusinessDay,
  code: () => IsCode([], OPTIONAL),
  currency: IsCurrency,
  flag: IsFlag,
};
const OPTIONAL = { optional: true } as const;
for (const [name, { kind, en }] of Object.entries(PARAMETERS)) {
  CHECKS[kind]({ ...OPTIONAL, description: `${en}; of the reports that take it.` })(ReportQuery.prototype, name);
}

export class DifferenceQuery extends ReportQuery {
  @IsKnownAt({ description: 'The earlier time: a sequence or a moment, as `knownAt`.' })
  against!: string;
}

export class CellQuery extends ReportQuery {
  @IsText(1, 1024, {
    description:
      'COLUMN@KEY,KEY: a column, and the row by the cells of the report’s key in their order; an empty one is none.',
    example: 'amount@party_2f9d6f3e-7d55-4c1b-9c0e-0f6a3d1f7a10,SAR,31-90',
  })
  cell!: string;
}
