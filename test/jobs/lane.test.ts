import { Lane, type EventLoop } from '../../src/jobs/lane.js';

/** An event loop whose time passes only where work says that it takes some. */
class Loop implements EventLoop {
  turns = 0;
  #now = 0;
  now = (): number => this.#now;
  nextTurn = async (): Promise<void> => void this.turns++;
  settled = async (): Promise<void> => {};
  rest = async (ms: number): Promise<void> => void (this.#now += ms);
  work(ms: number): void {
    this.#now += ms;
  }
}

/** In which turn each piece began, of as many as there are durations; each caller has one piece after the other. */
async function begun(durations: readonly number[], callers: number): Promise<[piece: number, turn: number][]> {
  const loop = new Loop();
  const lane = new Lane(() => 0, loop);
  const log: [number, number][] = [];
  const pieces = durations.entries();
  const caller = async (): Promise<void> => {
    for (const [piece, ms] of pieces) {
      await lane.turn();
      log.push([piece, loop.turns]);
      loop.work(ms);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return log;
}

test('a turn begins what fits into its time, in the order of asking; what is over it ends the turn', async () => {
  expect(await begun([0.4, 0.4, 0.4, 0.4, 0.2], 5)).toEqual([
    [0, 1],
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 2],
  ]);
});

test('each turn begins at least one piece, however long it takes: what waits always goes on', async () => {
  expect(await begun([50, 50, 50], 3)).toEqual([
    [0, 1],
    [1, 2],
    [2, 3],
  ]);
});

test('one caller alone has a turn for each piece', async () => {
  expect(await begun([0, 0, 0], 1)).toHaveLength(3);
});

/** When each of four pieces of a whole turn's time began, where so many requests have come by each look at them. */
async function beganAt(requestsBy: (look: number) => number): Promise<number[]> {
  const loop = new Loop();
  let looks = 0;
  const lane = new Lane(() => requestsBy(looks++), loop);
  const times: number[] = [];
  for (let n = 0; n < 4; n++) {
    await lane.turn();
    times.push(loop.now());
    loop.work(1);
  }
  return times;
}

test('while requests come there is a rest before each turn; it ends, however many come', async () => {
  const [rest = 0, ...others] = await beganAt((look) => 7 * (look + 1));
  expect(rest).toBeGreaterThan(0);
  expect(others).toEqual([1 + 2 * rest, 2 + 3 * rest, 3 + 4 * rest]);
});

test('where no more requests come than before, turn follows turn', async () => {
  expect(await beganAt(() => 0)).toEqual([0, 1, 2, 3]);
});

test('on the real event loop, what else the thread has to do comes in between', async () => {
  const lane = new Lane(() => 0);
  const PIECES = 50;
  let done = 0;
  /** At each turn of the loop: how much had been done. */
  const seen: number[] = [];
  const look = (): void => {
    seen.push(done);
    if (done < PIECES) setImmediate(look);
  };
  setImmediate(look);
  const piece = async (): Promise<void> => {
    await lane.turn();
    await Promise.resolve(); // what a command does before it waits for a store
    const until = performance.now() + 1;
    while (performance.now() < until);
    done++;
  };
  await Promise.all(Array.from({ length: PIECES }, piece));
  expect(done).toBe(PIECES);
  // A piece of the whole turn's time each: never two of them without a look in between.
  const most = Math.max(...seen.map((count, n) => count - (seen[n - 1] ?? 0)));
  expect(most).toBe(1);
});
