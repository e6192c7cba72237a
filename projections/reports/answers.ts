import Type from 'typebox';
import { answer, orNull } from '../../src/http/answers.js';
import { explanation } from '../instruments/explanation.js';

const named = { en: Type.String(), ar: Type.String() };
const COLUMN = Type.Object({
  name: Type.String(),
  kind: Type.String(),
  ...named,
  labels: Type.Optional(Type.Record(Type.String(), Type.Object(named))),
  total: Type.Optional(Type.Boolean()),
});
export const DESCRIBED = Type.Object({
  name: Type.String(),
  number: Type.Integer({ description: 'In the list of what auditors ask for.' }),
  title: Type.Object(named),
  about: Type.Object(named),
  parameters: Type.Array(
    Type.Object({
      name: Type.String(),
      kind: Type.String(),
      ...named,
      presence: Type.Enum(['required', 'optional', 'default']),
    }),
  ),
  columns: Type.Array(COLUMN),
  key: Type.Array(Type.String()),
  boundBy: Type.Object(
    { entity: Type.Optional(Type.String()), own: Type.Optional(Type.String()) },
    { description: 'The parameter in which staff of an entity, and a party itself, ask for their own only.' },
  ),
});
/** An event that is said of a row. */
const EVENT = {
  sequence: answer.count,
  event: answer.id,
  type: answer.code,
  effectiveOn: answer.day,
  recordedAt: answer.moment,
  correction: Type.Optional({ ...answer.id, description: 'The approval that let it count in a closed period.' }),
};

const CELLS = Type.Record(Type.String(), Type.Union([Type.String(), Type.Integer(), Type.Null()]));
export const REPORT = Type.Object({
  report: Type.String(),
  sequence: Type.Integer({ minimum: -1, description: 'The last event that is known; -1: none.' }),
  selector: Type.Record(Type.String(), Type.String(), { description: 'The parameters, defaults filled in.' }),
  digest: Type.Optional(
    Type.String({
      description:
        'SHA-256 of the canonical JSON of all rows, each followed by a line feed. Of a ledger, which is read page by page, it comes with all rows alone: behind its CSV, as the trailer Sijill-Digest.',
    }),
  ),
  rows: Type.Optional(answer.count),
  totals: Type.Optional(Type.Array(CELLS)),
  items: Type.Array(CELLS),
  corrections: Type.Array(
    Type.Object({ ...EVENT, rows: Type.Array(CELLS, { description: 'The keys of the rows that it changed.' }) }),
    {
      description:
        'What changed the report after the period that it counts in was closed. Of the trial balance, a ledger and a statement: of the rows in `items`, each line by its own correction alone.',
    },
  ),
  moreCorrections: Type.Optional({ ...answer.count, description: 'Later ones, which are not named.' }),
});

export const DIFFERENCE = Type.Object({
  report: Type.String(),
  sequence: Type.Integer({ minimum: -1 }),
  against: Type.Integer({ minimum: -1, description: 'The earlier time.' }),
  selector: Type.Record(Type.String(), Type.String()),
  digest: Type.String({ description: 'Of the report at `sequence`.' }),
  digestAgainst: Type.String({ description: 'Of the report at `against`.' }),
  named: Type.Integer({
    minimum: -1,
    description: 'Events up to here are named, of later ones none: ask with `against` here to have those.',
  }),
  rows: answer.count,
  items: Type.Array(
    Type.Object({
      change: Type.Enum(['added', 'changed', 'gone']),
      before: orNull(CELLS),
      after: orNull(CELLS),
      events: Type.Array(Type.Object(EVENT)),
    }),
  ),
});

const { value, sentence, instruments, items } = explanation;
export const EXPLANATION = Type.Object({
  report: Type.String(),
  sequence: Type.Integer({ minimum: -1, description: 'The last event that is known; -1: none.' }),
  selector: Type.Record(Type.String(), Type.String()),
  column: Type.String(),
  row: CELLS,
  value,
  opening: Type.Optional({
    ...answer.sum,
    description:
      'What is brought forward from before the first day: the first `before`. The cell of the opening balance opens it. Absent: nothing is.',
  }),
  sentence,
  instruments: Type.Optional({
    ...instruments,
    description: 'How many there are; absent: they are read from the books a page at a time, by day and sequence.',
  }),
  items,
});
