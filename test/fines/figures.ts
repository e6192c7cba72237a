import type { Report } from '../../examples/road-fines/run.js';
import type { Books } from './books.js';
import type { Figures } from './expected.js';

type Said = Pick<Report, 'refused' | 'states' | 'sums'>;

/** What a report says, as the independent calculation would. */
export const asExpected = ({ rows, commands, leftOut, ...figures }: Said & Counts): Figures => ({
  rows: BigInt(rows),
  commands: BigInt(commands),
  leftOut: BigInt(leftOut),
  ...said(figures),
});
type Counts = Pick<Report, 'rows' | 'commands' | 'leftOut'>;

export const booksAsExpected = (books: Books) => said(books.figures());

function said({ refused, states, sums: { EUR } }: Said) {
  const { CLOSED = 0, DRAFT = 0, ...others } = refused;
  expect(others).toEqual({}); // no other rule stops anything
  const cents = Object.entries(EUR).map(([name, text]) => [name, BigInt(text.replace('.', ''))]);
  return {
    'refused.CLOSED': BigInt(CLOSED),
    'refused.DRAFT': BigInt(DRAFT),
    'states.draft': BigInt(states.draft),
    'states.outstanding': BigInt(states.outstanding),
    'states.settled': BigInt(states.settled),
    'states.cancelled': BigInt(states.cancelled),
    ...(Object.fromEntries(cents) as Record<keyof typeof EUR, bigint>),
  };
}
