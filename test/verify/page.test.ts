import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { EVENTS, file, FORGED, log } from './forged.js';
import { FORGED_BALANCES, IMPOSSIBLE, LINES, log as balancesLog, PROOF, proofOf, SAMI } from './forged-balances.js';
import {
  COMMITTED,
  DISCLOSED,
  DISCLOSED_BEFORE,
  eventAt,
  FORGED_DISCLOSURES,
  recordOf,
  Signer,
  ORIGIN,
} from './log.js';

const html = readFileSync('src/verify/page.html', 'utf8');
const partOf = (name: string): string => new RegExp(`<${name}[^>]*>(.*?)</${name}>`, 's').exec(html)![1]!;

interface Proved {
  readonly event: { readonly type: string };
  readonly index: number;
}
let proved: (file: string, vkey: string) => Promise<unknown>;
const proveRecord = (of: string, vkey: string): Promise<Proved> => proved(of, vkey) as Promise<Proved>;
beforeAll(async () => {
  await import(`data:text/javascript,${encodeURIComponent(partOf('script'))}`);
  ({ proved } = globalThis as unknown as { proved: typeof proved });
});
const notProved = expect.objectContaining({ name: 'NotProved' });

test('the page proves an event as the program does', async () => {
  expect(await proveRecord(file, log.vkey)).toMatchObject({ event: { type: 'debts.DebtRegistered' }, index: 6 });
});

test('at any place in a log of any size', async () => {
  const places = fc.integer({ min: 1, max: 40 }).chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)));
  await fc.assert(
    fc.asyncProperty(places, async ([size, sequence]) => {
      const events = Array.from({ length: size }, (_, n) => eventAt(n));
      expect((await proveRecord(recordOf(events, sequence, [log]), log.vkey)).index).toBe(sequence);
    }),
    { numRuns: 30 },
  );
});

test.each(FORGED)('%s proves nothing', async (_name, forged) => {
  await expect(proveRecord(forged, log.vkey)).rejects.toEqual(notProved);
});

test('no character can be another', async () => {
  const forged = fc.tuple(fc.nat(file.length - 1), fc.constantFrom('0', 'a', 'A', '=', '/', '+', '\n', ' ', '{', '"'));
  await fc.assert(
    fc.asyncProperty(forged, async ([at, character]) => {
      fc.pre(file[at] !== character);
      const changed = file.slice(0, at) + character + file.slice(at + 1);
      await expect(proveRecord(changed, log.vkey)).rejects.toEqual(notProved);
    }),
    { numRuns: 200 },
  );
});

test('what the event commits to is shown by name and value, as by the program', async () => {
  const record = recordOf([COMMITTED], 0, [log], [DISCLOSED, DISCLOSED_BEFORE]);
  const { disclosures } = (await proveRecord(record, log.vkey)) as unknown as { disclosures: unknown };
  expect(disclosures).toEqual([
    { name: 'sourceAccount', value: 'SA0380000000608010167519' },
    { name: 'note', value: 'سداد' },
  ]);
});

test.each(FORGED_DISCLOSURES)('a forged disclosure is caught: %s', async (_name, forged) => {
  const record = recordOf([COMMITTED], 0, [log], [DISCLOSED, forged]);
  await expect(proveRecord(record, log.vkey)).rejects.toMatchObject({ code: 'DISCLOSURE' });
});

test('a log of the same name with another key proves nothing', async () => {
  const liar = new Signer(ORIGIN);
  await expect(proveRecord(recordOf(EVENTS, 6, [liar]), log.vkey)).rejects.toMatchObject({ code: 'OTHER_LOG' });
  await expect(proveRecord(file, new Signer('w', 4).vkey)).rejects.toMatchObject({ code: 'KEY' });
  await expect(proveRecord(file, '')).rejects.toMatchObject({ code: 'KEY' });
});

describe('of balances', () => {
  test('it proves each line, as the program does', async () => {
    expect(await proved(PROOF, balancesLog.vkey)).toMatchObject({
      kind: 'balances',
      party: SAMI,
      signed: { origin: ORIGIN, events: 130 },
      lines: LINES.slice(0, 2).map((line) => JSON.parse(line) as unknown),
    });
  });

  test.each(FORGED_BALANCES)('%s proves nothing', async (_name, forged) => {
    await expect(proved(forged, balancesLog.vkey)).rejects.toEqual(notProved);
  });

  test.each(IMPOSSIBLE)('nor does what a ledger has signed, and could not be: %s', async (_name, lines) => {
    const proof = proofOf(lines, [...lines.keys()]);
    await expect(proved(proof, balancesLog.vkey)).rejects.toMatchObject({ code: 'LINE' });
  });

  test('no character can be another', async () => {
    const forged = fc.tuple(fc.nat(PROOF.length - 1), fc.constantFrom('0', 'a', 'A', '=', '/', '\n', ' ', '{', '"'));
    await fc.assert(
      fc.asyncProperty(forged, async ([at, character]) => {
        fc.pre(PROOF[at] !== character);
        const changed = PROOF.slice(0, at) + character + PROOF.slice(at + 1);
        await expect(proved(changed, balancesLog.vkey)).rejects.toEqual(notProved);
      }),
      { numRuns: 200 },
    );
  });
});

test.each(['script', 'style'])('it runs its own %s and nothing else', (name) => {
  const [, said] = new RegExp(`${name}-src '(sha256-[^']+)'`).exec(html)!;
  expect(said).toBe(`sha256-${createHash('sha256').update(partOf(name)).digest('base64')}`);
});

test('it names nothing of another site', () => {
  expect(html.match(/(https?:)?\/\/[a-z]/g)).toBeNull();
});
