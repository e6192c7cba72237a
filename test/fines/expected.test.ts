import { expectedFigures, type Figures } from './expected.js';

const FILE = process.env['SIJILL_FINES'];
const YEARS = Array.from({ length: 13 }, (_, year) => `${2000 + year}-12-31`);
const END = '9999-12-31';

/*
 * The calculation that the import is compared with is itself checked: by identities that hold whatever the file, and
 * by what is said of this file by those who described it.
 */
(FILE === undefined ? describe.skip : describe)(
  'what the road fines must add up to (SIJILL_FINES=/path/to/fines.csv.gz npm test -- test/fines runs it)',
  () => {
    let figures: Map<string, Figures>;
    beforeAll(async () => {
      figures = await expectedFigures(FILE!, [...YEARS, END]);
    });

    test.each([...YEARS, END])('until %s every cent is in one place', (day) => {
      const f = figures.get(day)!;
      expect(f.registered).toBe(f.applied + f.cancelledUnpaid + f.outstanding);
      expect(f.received).toBe(f.applied - f.cancelledPaid + f.refundable + f.unmatched);
    });

    test('the whole file has the rows, the refusals and the oddities that its description names', () => {
      const f = figures.get(END)!;
      expect(f.rows).toBe(561_470n);
      expect(f['states.draft'] + f['states.outstanding'] + f['states.settled'] + f['states.cancelled']).toBe(150_370n);
      expect(f.leftOut).toBe(3n);
      expect(f['refused.CLOSED']).toBe(16n); // raises of dismissed fines
      expect(f['refused.DRAFT']).toBe(28n); // proceedings on fines that are still of 0.00
    });

    test('its sums are the ones that another program found', () => {
      const f = figures.get(END)!;
      expect({
        registered: f.registered,
        received: f.received,
        applied: f.applied,
        refundable: f.refundable,
        unmatched: f.unmatched,
        cancelledUnpaid: f.cancelledUnpaid,
        cancelledPaid: f.cancelledPaid,
        outstanding: f.outstanding,
      }).toEqual({
        registered: 11_980_653_19n,
        received: 3_601_464_53n,
        applied: 3_579_341_59n,
        refundable: 21_892_64n,
        unmatched: 321_80n,
        cancelledUnpaid: 285_503_73n,
        cancelledPaid: 91_50n,
        outstanding: 8_115_807_87n,
      });
    });
  },
);
