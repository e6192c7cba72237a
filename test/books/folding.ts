import fc from 'fast-check';
import { totalsOf, type Chosen } from '../../projections/books/balances.js';
import { heldWith, linesOf, type Line } from '../../projections/books/ledger.js';
import { accountDays, partyDays } from '../../projections/books/keys.js';
import { bookLines } from '../../projections/books/lines.js';
import { bookSums } from '../../projections/books/sums.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import type { ReadModels } from '../../src/read-models/read-models.js';
import type { StartBackend } from '../contract/read-models/backend.js';
import { foldInto } from '../projections/folded.js';
import { CURRENCIES, DAYS, ENTITIES, histories, inOrder, naiveLegs, PARTIES, type NaiveLeg } from './histories.js';

/* docs/adr/0017: what the pages say at any pair of times is what a replay of everything says. */

async function folded(models: ReadModels, log: readonly Envelope[], pageSize: number): Promise<ReadModels> {
  await foldInto(models, bookSums, log, pageSize);
  await foldInto(models, bookLines, log, pageSize);
  return models;
}

const chosen: fc.Arbitrary<Chosen> = fc.record({
  entity: fc.constantFrom(...ENTITIES),
  account: fc.option(fc.constantFrom('1200', '4300', '1100'), { nil: undefined }),
  currency: fc.option(fc.constantFrom(...CURRENCIES), { nil: undefined }),
  sector: fc.option(fc.constantFrom('traffic', 'health'), { nil: undefined, freq: 2 }),
  ground: fc.option(fc.constantFrom('fine'), { nil: undefined, freq: 2 }),
});
const day = fc.constantFrom('2020-01-01', '2024-06-30', '2025-06-30', '2199-12-31', ...DAYS);
/** Eighths of the log: what is known. */
const known = fc.integer({ min: 0, max: 8 });

/** `account currency sector ground closing` → debits, credits. */
function naiveTotals(legs: readonly NaiveLeg[], { entity, ...wanted }: Chosen, sequence: number, on: string) {
  const totals: Record<string, [bigint, bigint]> = {};
  for (const { account, currency, dims, minor, ...leg } of legs) {
    const { sector, ground } = dims;
    const is = { account, currency, sector, ground };
    if (leg.sequence > sequence || dims['entity'] !== entity) continue;
    if (Object.entries(wanted).some(([name, value]) => value !== undefined && is[name as keyof typeof is] !== value))
      continue;
    const key = [account, currency, sector ?? '-', ground ?? '-', 'closing' in dims].join(' ');
    const total = (totals[key] ??= [0n, 0n]);
    if (leg.effectiveOn > on) continue;
    if (minor > 0n) total[0] += minor;
    else total[1] -= minor;
  }
  return totals;
}

async function totals(models: ReadModels, wanted: Chosen, sequence: number, on: string) {
  const held = await totalsOf(models, wanted, sequence, [on]);
  return Object.fromEntries(
    held.map(({ book, totals: [total] }) => [
      [book.account, book.currency, book.sector ?? '-', book.ground ?? '-', book.isClosing].join(' '),
      [total!.debits, total!.credits],
    ]),
  );
}

/** What a page says of a line: not what its key says already. */
const told = ({ dims, ...line }: NaiveLeg, names: readonly string[]): object => ({
  ...line,
  dims: Object.fromEntries(names.flatMap((name) => (dims[name] === undefined ? [] : [[name, dims[name]]]))),
});
const ofAccounts = (leg: NaiveLeg) => told(leg, ['party', 'sector', 'ground', 'closing']);
const ofParties = (leg: NaiveLeg) => told(leg, ['entity', 'sector', 'debt', 'ground']);

async function collected(lines: AsyncIterable<Line>) {
  const list: object[] = [];
  for await (const { type, ...line } of lines) {
    expect(type).toBe('tests.Posted');
    list.push(line);
  }
  return list;
}

/** The law of the books, on any store of read models. @param least events folded at once: a slow store takes more of them */
export function folding(start: StartBackend, runs: number, least = 1): void {
  test('sums at any pair of times, by any choice of accounts, are those of a replay', async () => {
    await fc.assert(
      fc.asyncProperty(
        histories,
        fc.integer({ min: least, max: 300 }),
        fc.array(fc.tuple(chosen, day, known), { minLength: 6, maxLength: 12 }),
        async (log, pageSize, questions) => {
          const backend = await start();
          const models = await folded(await backend.open(), log, pageSize);
          const legs = naiveLegs(log);
          for (const [wanted, on, eighths] of questions) {
            const sequence = Math.floor((log.length * eighths) / 8) - 1;
            expect(await totals(models, wanted, sequence, on)).toEqual(naiveTotals(legs, wanted, sequence, on));
          }
          await backend.dispose();
        },
      ),
      { numRuns: runs },
    );
  });

  test('lines of an account and of a party, from any day or line on, are those of a replay, by day and sequence', async () => {
    await fc.assert(
      fc.asyncProperty(
        histories,
        fc.integer({ min: least, max: 300 }),
        fc.array(fc.tuple(day, day, known, fc.nat(), fc.nat(1), fc.nat(2)), { minLength: 4, maxLength: 8 }),
        async (log, pageSize, questions) => {
          const backend = await start();
          const models = await folded(await backend.open(), log, pageSize);
          const legs = inOrder(naiveLegs(log));
          for (const [from, to, eighths, which, entity, party] of questions) {
            const sequence = Math.floor((log.length * eighths) / 8) - 1;
            const isKnown = (leg: NaiveLeg) =>
              leg.sequence <= sequence && leg.effectiveOn >= from && leg.effectiveOn <= to;
            const of = ENTITIES[entity] as string;
            const ofAccount = legs.filter(
              (leg) => isKnown(leg) && leg.dims['entity'] === of && leg.account === '1200' && leg.currency === 'SAR',
            );
            const days = accountDays(of, '1200', 'SAR');
            expect(await collected(linesOf(models, days, { from, to, sequence }))).toEqual(ofAccount.map(ofAccounts));
            const who = PARTIES[party] as string;
            const ofParty = legs.filter((leg) => isKnown(leg) && leg.dims['party'] === who);
            expect(await collected(linesOf(models, partyDays(who), { from, to, sequence }))).toEqual(
              ofParty.map(ofParties),
            );
            if (ofAccount.length === 0) continue;
            const at = which % ofAccount.length;
            const after = ofAccount[at] as NaiveLeg;
            expect(await collected(linesOf(models, days, { from, to, sequence, after }))).toEqual(
              ofAccount.slice(at + 1).map(ofAccounts),
            );
            const today = ofAccount.slice(0, at + 1).filter(({ effectiveOn }) => effectiveOn === after.effectiveOn);
            expect(await heldWith(models, days, after)).toBe(today.reduce((sum, { minor }) => sum + minor, 0n));
          }
          await backend.dispose();
        },
      ),
      { numRuns: runs },
    );
  });
}
