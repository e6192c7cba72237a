import type { Answer, Step, Target } from '../../examples/road-fines/target.js';
import { expectedFigures } from './expected.js';
import { asExpected } from './figures.js';
import { importInto } from './ledger.js';
import { ODDITIES, ODDITIES_SUMS } from './oddities.js';
import { newFolder, rowsFile } from './rows.js';

const END = '9999-12-31';

/** Sees every step on its way to another target. */
class Watched implements Target {
  constructor(
    private readonly target: Target,
    private readonly watch: (step: Step, send: () => Promise<Answer>) => Promise<Answer>,
  ) {}

  send(step: Step): Promise<Answer> {
    return this.watch(step, () => this.target.send(step));
  }
  drain = () => this.target.drain();
  figures = () => this.target.figures();
  close = () => this.target.close();
}

test('every line of the mapping comes out to the cent, and nothing is left in transit', async () => {
  const file = await rowsFile(ODDITIES, 'fines.csv.gz');
  const expected = await expectedFigures(file, [END]);
  const { report, books } = await importInto(await newFolder(), file);
  expect(asExpected(report!)).toEqual(expected.get(END));
  expect(books.balance('2330')).toBe(0n);
  expect(report!.states).toEqual({ draft: 1, outstanding: 1, settled: 3, cancelled: 1 });
  expect(report!.sums.EUR).toEqual(ODDITIES_SUMS);
});

test('an import to one day after the other comes to the same at each of them', async () => {
  const file = await rowsFile(ODDITIES, 'fines.csv.gz');
  const days = ['2001-01-02', '2001-01-31', '2001-06-01', '2001-12-31', END];
  const expected = await expectedFigures(file, days);
  const folder = await newFolder();
  for (const until of days) {
    const { report } = await importInto(folder, file, { until });
    expect([until, asExpected(report!)]).toEqual([until, expected.get(until)]);
  }
});

test('a second import of the same file adds nothing', async () => {
  const file = await rowsFile(ODDITIES);
  const folder = await newFolder();
  const first = await importInto(folder, file);
  const second = await importInto(folder, file);
  expect(second.books.events).toBe(first.books.events);
  expect({ ...second.report, seconds: 0, peakMemoryMiB: 0 }).toEqual({ ...first.report, seconds: 0, peakMemoryMiB: 0 });
});

test('stopped anywhere and started again, nothing doubles and nothing is missing', async () => {
  const file = await rowsFile(ODDITIES, 'fines.csv.gz');
  const whole = await importInto(await newFolder(), file);
  const folder = await newFolder();
  // Each round lets eleven more commands through: the next fails, as the machine might, while others are under way.
  for (let allowed = 5; ; allowed += 11) {
    let sent = 0;
    const failing = (target: Target) =>
      new Watched(target, async (_, send) => {
        if (sent++ >= allowed) throw new Error('pulled the plug');
        return send();
      });
    const done = await importInto(folder, file, { inFlight: 4 }, failing).catch((error: Error) => error.message);
    if (typeof done === 'string') {
      expect(done).toBe('pulled the plug');
      continue;
    }
    expect(done.books.events).toBe(whole.books.events);
    expect(done.report!.sums).toEqual(whole.report!.sums);
    expect(done.report!.states).toEqual(whole.report!.states);
    expect(done.report!.refused).toEqual(whole.report!.refused);
    expect(allowed).toBeGreaterThan(40);
    return;
  }
});

test('a signal stops it between rows: there is no report, and the next import goes on', async () => {
  const file = await rowsFile(ODDITIES);
  const folder = await newFolder();
  const stop = new AbortController();
  const stopping = (target: Target) =>
    new Watched(target, (step, send) => {
      if (step.key === 'C1/2/request') stop.abort();
      return send();
    });
  const stopped = await importInto(folder, file, { inFlight: 2, signal: stop.signal }, stopping);
  expect(stopped.report).toBeUndefined();
  expect(stopped.books.moved('4300/1200')).toBe(1500n); // the row under way was finished: requested and approved
  const { report } = await importInto(folder, file);
  expect(asExpected(report!)).toEqual((await expectedFigures(await rowsFile(ODDITIES, 'f.csv.gz'), [END])).get(END));
});

test('many fines are under way at a time, each with one command', async () => {
  const fines = Array.from({ length: 40 }, (_, i) => [
    `N${i}/0 Create Fine 2001-01-01 amount=35.0`,
    `N${i}/1 Payment 2001-01-01 payment=35.0`,
  ]);
  const open = new Map<string, string>();
  let most = 0;
  const watching = (target: Target) =>
    new Watched(target, async (step, send) => {
      const [fine = ''] = step.key.split('/');
      expect([step.key, open.get(fine)]).toEqual([step.key, undefined]);
      open.set(fine, step.key);
      most = Math.max(most, open.size);
      const answer = await send();
      open.delete(fine);
      return answer;
    });
  const { report } = await importInto(await newFolder(), await rowsFile(fines.flat()), { inFlight: 8 }, watching);
  expect(most).toBeGreaterThan(4);
  expect(most).toBeLessThanOrEqual(8);
  expect(report!.states.settled).toBe(40);
});
