import {
  InvalidEvent,
  MAX_APPEND_BYTES,
  MAX_APPEND_EVENTS,
  MAX_EVENT_BYTES,
} from '../../../src/event-store/event-store.js';
import type { Envelope } from '../../../src/kernel/envelope.js';
import type { StreamName } from '../../../src/kernel/ids.js';
import { canonicalEvent } from '../../../src/event-store/canonical.js';
import { envelope, envelopes, newStream } from '../../event-store/envelopes.js';
import { wholeLog, withStore, type OpenStore } from './opened.js';

const sized = (stream: StreamName, bytes: number, unit: string, revision = 0): Envelope => {
  const empty = envelope(stream, revision, { data: { text: '' } });
  const room = bytes - Buffer.byteLength(canonicalEvent(empty));
  const width = Buffer.byteLength(unit);
  return { ...empty, data: { text: unit.repeat(Math.floor(room / width)) + 'x'.repeat(room % width) } };
};

class Amount {
  readonly minor = 1;
}

const BAD: readonly [string, (stream: StreamName) => readonly unknown[]][] = [
  ['no event at all', () => []],
  ['more events than one append holds', (stream) => envelopes(stream, 0, MAX_APPEND_EVENTS + 1)],
  ['an event of another stream', () => envelopes(newStream(), 0, 1)],
  ['an event of another revision', (stream) => envelopes(stream, 1, 1)],
  ['a gap between revisions', (stream) => [...envelopes(stream, 0, 1), ...envelopes(stream, 2, 1)]],
  [
    'the same id twice',
    (stream) => [0, 1].map((revision) => ({ ...envelopes(stream, 0, 1)[0], id: 'same', revision })),
  ],
  ...(
    [
      ['a float', 0.1],
      ['minus zero', -0],
      ['2^53', 2 ** 53],
      ['not a number', NaN],
      ['infinity', Infinity],
      ['undefined', undefined],
      ['undefined in a list', [undefined]],
      ['a hole in a list', Object.assign([], { length: 1 })],
      ['a bigint', 1n],
      ['a function', () => 1],
      ['a date', new Date(0)],
      ['a map', new Map()],
      ['an instance', new Amount()],
      ['half a surrogate pair', '\ud83d'],
      ['half a surrogate pair in a key', { '\udc00': 1 }],
    ] as const
  ).map(([what, value]): (typeof BAD)[number] => [
    what,
    (stream) => [envelope(stream, 0), envelope(stream, 1, { data: { deep: [{ value }] } })],
  ]),
];

export function limits(open: OpenStore): void {
  test.each([
    ['x', 'one byte'],
    ['م', 'two bytes'],
    ['🧾', 'four bytes'],
  ])(`takes an event of exactly ${MAX_EVENT_BYTES} bytes and none larger (%s, %s)`, (unit) =>
    withStore(open, async ({ store }) => {
      const [largest, larger] = [newStream(), newStream()];
      const event = sized(largest, MAX_EVENT_BYTES, unit);
      await store.append(largest, 'none', [event]);
      expect((await store.readStream(largest))[0]?.event).toEqual(event);
      const refused = store.append(larger, 'none', [sized(larger, MAX_EVENT_BYTES + 1, unit)]);
      await expect(refused).rejects.toBeInstanceOf(InvalidEvent);
      expect(await store.readStream(larger)).toEqual([]);
    })(),
  );

  test(
    `takes an append of exactly ${MAX_APPEND_BYTES} bytes and none larger`,
    withStore(open, async ({ store }) => {
      const append = (stream: StreamName, bytes: number) => {
        const sizes = [...Array.from({ length: 20 }, () => 50_000), bytes - 20 * 50_000];
        return store.append(
          stream,
          'none',
          sizes.map((size, revision) => sized(stream, size, 'م', revision)),
        );
      };
      const [largest, larger] = [newStream(), newStream()];
      await expect(append(largest, MAX_APPEND_BYTES)).resolves.toMatchObject({ revision: 20n });
      await expect(append(larger, MAX_APPEND_BYTES + 1)).rejects.toBeInstanceOf(InvalidEvent);
      expect(await wholeLog(store)).toHaveLength(21);
    }),
  );

  test(
    'takes as many events as an append may hold, all or none',
    withStore(open, async ({ store }) => {
      const stream = newStream();
      const answer = await store.append(stream, 'none', envelopes(stream, 0, MAX_APPEND_EVENTS));
      expect(answer.revision).toBe(BigInt(MAX_APPEND_EVENTS - 1));
      expect(await store.readStream(stream, { limit: MAX_APPEND_EVENTS + 1 })).toHaveLength(MAX_APPEND_EVENTS);
    }),
  );

  test(
    'refuses bad data and leaves no trace of it',
    withStore(open, async ({ store }) => {
      for (const [what, events] of BAD) {
        const stream = newStream();
        const refused = await store
          .append(stream, 'none', events(stream) as Envelope[])
          .catch((error: unknown) => error);
        expect([what, refused instanceof InvalidEvent ? 'InvalidEvent' : refused]).toEqual([what, 'InvalidEvent']);
      }
      for (const stream of ['debt', '', '-x', 'a b-c', '$system-x'] as string[] as StreamName[]) {
        await expect(store.append(stream, 'none', envelopes(stream, 0, 1))).rejects.toBeInstanceOf(InvalidEvent);
      }
      expect(await wholeLog(store)).toEqual([]);
      expect((await store.head()).count).toBe(0);
    }),
  );

  test(
    'takes an event with the same object in two places, and not one that holds itself',
    withStore(open, async ({ store }) => {
      const stream = newStream();
      const shared = { a: 1 };
      const event = envelope(stream, 0, { data: [shared, shared] });
      await store.append(stream, 'none', [event]);
      expect((await store.readStream(stream))[0]?.event).toEqual(event);
      const loop: Record<string, unknown> = {};
      loop['self'] = loop;
      await expect(store.append(stream, 0n, [envelope(stream, 1, { data: loop })])).rejects.toBeInstanceOf(
        InvalidEvent,
      );
      expect(await store.readStream(stream)).toHaveLength(1);
    }),
  );
}
