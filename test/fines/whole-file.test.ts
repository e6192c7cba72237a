import { InProcessTarget } from '../../examples/road-fines/in-process-target.js';
import { runImport } from '../../examples/road-fines/run.js';
import { expectedFigures } from './expected.js';
import { openLocalLedger } from './local-ledger.js';
import { newFolder } from './rows.js';

const FILE = process.env['SIJILL_FINES'];
const WHOLE = process.env['SIJILL_FINES_WHOLE'];
const DAYS = [...Array.from({ length: 13 }, (_, year) => `${2000 + year}-12-31`), '9999-12-31'];

(FILE === undefined || WHOLE === undefined ? test.skip : test)(
  'thirteen years of fines add up to the cent at the end of each ' +
    '(SIJILL_FINES=/path/to/fines.csv.gz SIJILL_FINES_WHOLE=1 npm test -- test/fines/whole-file runs it: minutes)',
  async () => {
    const expected = await expectedFigures(FILE!, DAYS);
    const ledger = await openLocalLedger(await newFolder());
    try {
      const report = await runImport(FILE!, new InProcessTarget(ledger));
      const end = expected.get('9999-12-31')!;
      expect([report!.rows, report!.commands, report!.leftOut].map(BigInt)).toEqual([
        end.rows,
        end.commands,
        end.leftOut,
      ]);
      expect(report!.refused).toEqual({ CLOSED: 16, DRAFT: 28 });
      const books = await ledger.books(DAYS);
      DAYS.forEach((day, i) => {
        const { sums, states } = books[i]!.figures();
        for (const [name, text] of Object.entries(sums.EUR)) {
          expect([day, name, BigInt(text.replace('.', ''))]).toEqual([
            day,
            name,
            expected.get(day)![name as 'applied'],
          ]);
        }
        for (const [state, count] of Object.entries(states)) {
          expect([day, state, BigInt(count)]).toEqual([day, state, expected.get(day)![`states.${state}` as 'rows']]);
        }
        expect([day, books[i]!.balance('2330')]).toEqual([day, 0n]);
      });
    } finally {
      await ledger.close();
    }
  },
  30 * 60_000,
);
