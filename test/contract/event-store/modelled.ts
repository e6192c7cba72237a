import fc from 'fast-check';
import { WrongRevision, type EventStore, type Expected } from '../../../src/event-store/event-store.js';
import type { Envelope } from '../../../src/kernel/envelope.js';
import type { StreamName } from '../../../src/kernel/ids.js';
import { envelope, newStream } from '../../event-store/envelopes.js';
import { wholeLog, type OpenStore } from './opened.js';

type Step =
  | { readonly do: 'append'; readonly stream: number; readonly behind: number; readonly data: readonly fc.JsonValue[] }
  | { readonly do: 'repeat'; readonly which: number }
  | { readonly do: 'reopen' };

interface Append {
  readonly stream: StreamName;
  readonly expected: Expected;
  readonly events: readonly Envelope[];
}

const json = fc.letrec<{ value: fc.JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger().map((integer) => integer + 0), // -0 + 0 = 0
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: 'grapheme' }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      stream: fc.nat(3),
      // Mostly right; sometimes late, sometimes ahead.
      behind: fc.oneof(
        { weight: 4, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.integer({ min: -2, max: 3 }) },
      ),
      data: fc.array(json, { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('repeat' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.constant({ do: 'reopen' as const }) },
);

/** The obvious store: an array. */
class Model {
  readonly log: Envelope[] = [];
  readonly accepted: (Append & { last: number })[] = [];

  head = (stream: StreamName): number => this.log.filter((event) => event.stream === stream).length - 1;

  append(append: Append): number | 'WrongRevision' {
    const from = append.expected === 'none' ? -1 : Number(append.expected);
    if (this.head(append.stream) !== from) return 'WrongRevision';
    this.log.push(...append.events);
    this.accepted.push({ ...append, last: this.log.length - 1 });
    return this.log.length - 1;
  }
}

const numberOfLast = async (store: EventStore, { stream, expected, events }: Append) => {
  try {
    const { position } = await store.append(stream, expected, events);
    return (await wholeLog(store)).findIndex((stored) => stored.position === position);
  } catch (error) {
    if (error instanceof WrongRevision) return error.name;
    throw error;
  }
};

export function modelled(open: OpenStore): void {
  test('random appends, repeats and restarts leave what a plain array would hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const opened = await open();
        try {
          await run(opened.store, opened.reopen, steps);
        } finally {
          await opened.dispose();
        }
      }),
      { numRuns: 40 },
    );
  });
}

async function run(first: EventStore, reopen: () => Promise<EventStore>, steps: readonly Step[]): Promise<void> {
  let store = first;
  const model = new Model();
  const streams = ['debt', 'debt', 'receipt', 'attempt'].map((category) => newStream(category));
  for (const step of steps) {
    if (step.do === 'reopen') {
      store = await reopen();
    } else if (step.do === 'repeat') {
      const earlier = model.accepted[step.which % Math.max(1, model.accepted.length)];
      if (earlier !== undefined) expect(await numberOfLast(store, earlier)).toBe(earlier.last);
    } else {
      const stream = streams[step.stream] as StreamName;
      const from = Math.max(-1, model.head(stream) - step.behind);
      const events = step.data.map((data, i) => envelope(stream, from + 1 + i, { data }));
      const append = { stream, expected: from < 0 ? ('none' as const) : BigInt(from), events };
      expect(await numberOfLast(store, append)).toBe(model.append(append));
    }
  }
  expect((await wholeLog(store, { limit: 3 })).map(({ event }) => event)).toEqual(model.log);
  for (const stream of streams) {
    const own = model.log.filter((event) => event.stream === stream);
    expect((await store.readStream(stream)).map(({ event }) => event)).toEqual(own);
    const backwards = await store.readStream(stream, { direction: 'backwards' });
    expect(backwards.map(({ event }) => event)).toEqual(own.toReversed());
  }
  expect((await store.head()).count).toBe(model.log.length);
}
