import fc from 'fast-check';
import { partyBalances } from '../../projections/party-balances/projection.js';
import { explainedParty, type PartyAsked } from '../../projections/explain/parties.js';
import { changeBy, type Line, type PartyFigure } from '../../projections/explain/party.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { balanceId, streamName, type PartyId, type StreamName } from '../../src/kernel/ids.js';
import { formatMinor, parseCurrency } from '../../src/kernel/money.js';
import { cutAt, logOf } from '../instruments/log.js';
import { foldAll, live, lives } from '../projections/life.js';
import { steps } from '../world/people.js';

const LATEST = '2199-12-31' as BusinessDate;
const RUNS = Number(process.env['SIJILL_PROPERTY_RUNS'] ?? 60);

/** Where the line is posted, as the lists of debts would say. */
function streamsOf(log: readonly Envelope[], figure: PartyFigure, { party, entity, currency }: Line): StreamName[] {
  if (figure !== 'owed') return [streamName('balance', balanceId(party as PartyId, entity as PartyId, currency))];
  const registered = log.filter(({ type }) => type === 'debts.DebtRegistered');
  return registered.filter(({ refs }) => refs.debtor === party && refs.creditor === entity).map(({ stream }) => stream);
}

const explained = (log: readonly Envelope[], figure: PartyFigure, line: Line, more: Partial<PartyAsked> = {}) =>
  explainedParty(logOf(log), streamsOf(log, figure, line), {
    figure,
    line,
    effectiveOn: LATEST,
    cut: cutAt(log.length - 1),
    limit: 10_000,
    ...more,
  });

test('whatever happened, each line of a party’s balances at any sequence is what its instruments add up to (E4)', async () => {
  const seen = { owed: 0, credits: 0 };
  await fc.assert(
    fc.asyncProperty(fc.tuple(steps(150), fc.oneof(fc.constant(-1), fc.nat())), async ([done, upTo]) => {
      const { log } = live(done).world;
      if (log.length === 0) return;
      const cut = cutAt(upTo === -1 ? log.length - 1 : upTo % log.length);
      for (const [party, { owed, credits }] of foldAll(partyBalances, log.slice(0, cut.sequence + 1))) {
        const expectFigure = async (figure: PartyFigure, line: Line, amount: string): Promise<number> => {
          const { value, page, count } = await explained(log, figure, line, { cut });
          expect([0n, ...page.map(({ after }) => after)]).toEqual([...page.map(({ before }) => before), value]);
          expect([figure, formatMinor(value, parseCurrency(line.currency)), page.length]).toEqual([
            figure,
            amount,
            count,
          ]);
          const changeOf = changeBy(figure, line);
          for (const { stored, before, after } of page) {
            expect(stored.event.entries.reduce((sum, entry) => sum + changeOf(entry), 0n)).toBe(after - before);
          }
          return count;
        };
        for (const { entity, sector, currency, amount } of owed) {
          seen.owed += await expectFigure('owed', { party, entity, currency, sector: sector as string }, amount);
        }
        for (const { entity, sector, currency, available, held, refundable, total } of credits) {
          const line = { party, entity, currency, sector };
          seen.credits += await expectFigure('available', line, available);
          await expectFigure('refundable', line, refundable);
          expect(await expectFigure('held', line, held)).toBe(0);
          await expectFigure('total', { party, entity, currency }, total);
        }
      }
    }),
    { numRuns: RUNS },
  );
  expect(Math.min(seen.owed, seen.credits)).toBeGreaterThan(RUNS / 20);
});

describe('a party that owes and is owed', () => {
  const { log, credited, line } = theRichest();

  test('pages of any size are the same instruments, and each says the whole figure', async () => {
    for (const figure of ['owed', 'available'] as const) {
      const whole = await explained(log, figure, line);
      expect(whole.count).toBeGreaterThan(1);
      const seen: (typeof whole.page)[number][] = [];
      for (let after: PartyAsked['after'], isLast = false; !isLast;) {
        const page = await explained(log, figure, line, { limit: 1, ...(after && { after }) });
        expect([page.value, page.count]).toEqual([whole.value, whole.count]);
        seen.push(...page.page);
        const last = page.page.at(-1)!.stored.event;
        after = { stream: last.stream, revision: last.revision };
        isLast = page.isLast;
      }
      expect(seen).toEqual(whole.page);
    }
  });

  test('a cursor of another figure leads nowhere', async () => {
    const after = { stream: 'debt-00000000-0000-4000-8000-000000000000', revision: 1 };
    await expect(explained(log, 'available', line, { after })).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
  });

  test('a balance’s event that says another figure than its entries come to is a fault', async () => {
    const data = { ...(credited.data as object), available: '0.07' };
    const altered = log.map((event): Envelope => (event === credited ? ({ ...event, data } as Envelope) : event));
    await expect(explained(altered, 'available', line)).rejects.toThrow(/the entries come to/);
  });
});

/** Of some lives, the line that most was credited to. */
function theRichest(): { log: readonly Envelope[]; credited: Envelope; line: Line } {
  let most = 0;
  let found: ReturnType<typeof theRichest> | undefined;
  for (const { log } of lives(60)) {
    const credits = log.filter(({ type }) => type === 'balances.BalanceCredited');
    for (const credited of credits) {
      const { balance, party = '', entity = '', sector = '' } = credited.refs;
      const owes = log.filter(({ type, refs }) => type === 'debts.DebtRegistered' && refs.debtor === party);
      const count = credits.filter(({ refs }) => refs.balance === balance && refs.sector === sector).length;
      if (count <= most || owes.length < 2) continue;
      const { currency } = credited.data as { currency: string };
      most = count;
      found = { log, credited, line: { party, entity, currency, sector } };
    }
  }
  if (found === undefined) throw new Error('nobody is owed anything');
  return found;
}
