import fc from 'fast-check';
import { partyBalances } from '../../projections/party-balances/projection.js';
import { explainedOwing, type OwingAsked } from '../../projections/explain/owing.js';
import { explainedBalance, type PartyExplained } from '../../projections/explain/parties.js';
import { changeBy, type Line, type PartyFigure } from '../../projections/explain/party.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { balanceId, streamName, type PartyId } from '../../src/kernel/ids.js';
import { formatMinor, parseCurrency } from '../../src/kernel/money.js';
import { cutAt, logOf } from '../instruments/log.js';
import { inOrder, naiveLegs } from '../books/histories.js';
import { id } from '../given.js';
import { foldAll, live, lives } from '../projections/life.js';
import { steps } from '../world/people.js';

const LATEST = '2199-12-31' as BusinessDate;
const RUNS = Number(process.env['SIJILL_PROPERTY_RUNS'] ?? 60);

type More = Partial<Omit<OwingAsked, 'after' | 'line'>> & { readonly last?: Envelope };

/** As the books have them: by day and in the order of the log. */
async function* linesOf(log: readonly Envelope[], party: string, to: string, sequence: number) {
  const legs = naiveLegs(log).filter((leg) => leg.dims['party'] === party);
  yield* inOrder(legs).filter((leg) => leg.effectiveOn <= to && leg.sequence <= sequence);
}

function explained(
  log: readonly Envelope[],
  figure: PartyFigure,
  line: Line,
  more: More = {},
): Promise<PartyExplained> {
  const { last, ...rest } = more;
  const asked = { line, effectiveOn: LATEST, cut: cutAt(log.length - 1), limit: 10_000, ...rest };
  if (figure !== 'owed') {
    const stream = streamName('balance', balanceId(line.party as PartyId, line.entity as PartyId, line.currency));
    return explainedBalance(logOf(log), stream, { ...asked, figure, ...(last && { after: last.revision }) });
  }
  const sources = {
    log: logOf(log),
    lines: (party: string, to: string, sequence: number) => linesOf(log, party, to, sequence),
    eventsAt: (sequences: readonly number[]) =>
      Promise.resolve(
        sequences.map((sequence) => ({ event: log[sequence]!, sequence, position: `${sequence}` as never })),
      ),
  };
  const after = last && { effectiveOn: last.effectiveOn, sequence: log.indexOf(last) };
  return explainedOwing(sources, { ...asked, ...(after && { after }) });
}

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
      for (let last: Envelope | undefined, isLast = false; !isLast;) {
        const page = await explained(log, figure, line, { limit: 1, ...(last && { last }) });
        expect([page.value, page.count]).toEqual([whole.value, whole.count]);
        seen.push(...page.page);
        last = page.page.at(-1)!.stored.event;
        isLast = page.isLast;
      }
      expect(seen).toEqual(whole.page);
    }
  });

  test('a cursor of another figure leads nowhere', async () => {
    const last = { ...credited, revision: 999, effectiveOn: '2000-01-01' as BusinessDate };
    for (const figure of ['owed', 'available'] as const) {
      await expect(explained(log, figure, line, { last })).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
    }
  });

  test('a balance’s event that says another figure than its entries come to is a fault', async () => {
    const data = { ...(credited.data as object), available: '0.07' };
    const altered = log.map((event): Envelope => (event === credited ? ({ ...event, data } as Envelope) : event));
    await expect(explained(altered, 'available', line)).rejects.toThrow(/the entries come to/);
  });
});

describe('a party with several debts', () => {
  const { log, line } = twice();

  test('what is owed is told by day and sequence, each decision with the request that it answers', async () => {
    const { page } = await explained(log, 'owed', line);
    const order = page.map(({ stored }) => `${stored.event.effectiveOn} ${String(stored.sequence).padStart(9, '0')}`);
    expect(order).toEqual(order.toSorted());
    const registered = page.filter(({ stored }) => stored.event.type === 'debts.DebtRegistered');
    expect(registered.length).toBeGreaterThan(1);
    for (const { request } of registered) expect(request).toMatchObject({ type: 'debts.DebtDrafted' });
  });

  test('reads no more debts than a page is of', async () => {
    const whole = await explained(log, 'owed', line);
    const [first] = whole.page;
    const others = log.filter(
      ({ stream, type }) => stream !== first!.stored.event.stream && type === 'debts.DebtDrafted',
    );
    // Whatever another debt says of itself, this page does not look.
    const altered = log.map((event) =>
      others.includes(event) ? ({ ...event, type: 'debts.DebtSettled' } as Envelope) : event,
    );
    expect((await explained(altered, 'owed', line, { limit: 1 })).value).toBe(whole.value);
    await expect(explained(altered, 'owed', line)).rejects.toThrow(/begins with/);
  });
});

/** A life that is lived twice, by the same people: each of their debts has a twin. */
function twice(): { log: readonly Envelope[]; line: Line } {
  const { log } = lives(10).find(({ log: each }) => each.some(({ type }) => type === 'debts.ReceiptApplied'))!;
  const text = JSON.stringify(log).replaceAll(/(?<!party_|actor_)[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, (each) =>
    id(`twin ${each}`),
  );
  const [leg] = naiveLegs(log).filter(({ account }) => account === '1200');
  const { party = '', entity = '', sector = '' } = leg!.dims;
  return {
    log: [...log, ...(JSON.parse(text) as Envelope[])],
    line: { party, entity, currency: leg!.currency, sector },
  };
}

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
