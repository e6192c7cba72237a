import { WrongRevision } from '../../../src/event-store/event-store.js';
import type { Expected } from '../../../src/event-store/event-store.js';
import type { Instant } from '../../../src/kernel/calendar.js';
import type { Envelope } from '../../../src/kernel/envelope.js';
import { envelope, envelopes, newStream } from '../../event-store/envelopes.js';
import { answered, outcomeOf, wholeLog, withStore, type OpenStore } from './opened.js';

export function appending(open: OpenStore): void {
  test(
    'answers the revision, position and sequence of the last event',
    withStore(open, async ({ store }) => {
      const stream = newStream();
      const first = await store.append(stream, 'none', envelopes(stream, 0, 3));
      const second = await store.append(stream, 2n, envelopes(stream, 3, 1));
      expect(first.revision).toBe(2n);
      expect(second.revision).toBe(3n);
      expect(store.comparePositions(first.position, second.position)).toBeLessThan(0);
      const read = await store.readStream(stream);
      expect([read[2]?.position, read[3]?.position]).toEqual([first.position, second.position]);
      if (first.sequence !== undefined) expect([first.sequence, second.sequence]).toEqual([2, 3]);
    }),
  );

  test(
    'gives back exactly what was appended',
    withStore(open, async ({ store, reopen }) => {
      const stream = newStream();
      const text = 'مديونية قائمة 🧾 \u2028\u2029 \u0000 "\\/\u007f e\u0301';
      const event = envelope(stream, 0, { data: { text, [text]: [null, true, -1, { deep: [] }], max: 2 ** 53 - 1 } });
      await store.append(stream, 'none', [event]);
      expect((await store.readStream(stream)).map((stored) => stored.event)).toEqual([event]);
      expect((await (await reopen()).readStream(stream)).map((stored) => stored.event)).toEqual([event]);
    }),
  );

  test.each<[string, Expected, Expected]>([
    ['none for a stream that exists', 'none', 1n],
    ['a revision that has passed', 0n, 1n],
    ['a revision ahead', 2n, 1n],
    ['a revision far beyond an integer', 2n ** 52n, 1n],
  ])('refuses %s and leaves no trace', (_, expected, actual) =>
    withStore(open, async ({ store }) => {
      const stream = newStream();
      await store.append(stream, 'none', envelopes(stream, 0, 2));
      const late = envelopes(stream, expected === 'none' ? 0 : Number(expected) + 1, 2);
      const refused = await store.append(stream, expected, late).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(WrongRevision);
      expect(refused).toMatchObject({ stream, expected, actual });
      expect(await wholeLog(store)).toHaveLength(2);
      // The stream's version has not moved either.
      await expect(store.append(stream, 1n, envelopes(stream, 2, 1))).resolves.toMatchObject({ revision: 2n });
    })(),
  );

  test(
    'refuses a revision of a stream that does not exist, and does not make it exist',
    withStore(open, async ({ store }) => {
      const stream = newStream();
      await expect(store.append(stream, 0n, envelopes(stream, 1, 1))).rejects.toMatchObject({ actual: 'none' });
      expect(await store.readStream(stream)).toEqual([]);
      await expect(store.append(stream, 'none', envelopes(stream, 0, 1))).resolves.toMatchObject({ revision: 0n });
    }),
  );

  test(
    'lets exactly one of 64 writers at one revision win',
    withStore(open, async ({ store }) => {
      const stream = newStream();
      await store.append(stream, 'none', envelopes(stream, 0, 1));
      for (let revision = 1; revision <= 5; revision++) {
        const attempts = Array.from({ length: 64 }, () => envelopes(stream, revision, 1));
        const outcomes = await Promise.all(
          attempts.map((events) => outcomeOf(store.append(stream, BigInt(revision - 1), events))),
        );
        expect(outcomes.filter((outcome) => outcome === 'appended')).toHaveLength(1);
        expect(outcomes.filter((outcome) => outcome === 'WrongRevision')).toHaveLength(63);
        const winner = attempts[outcomes.indexOf('appended')]?.[0];
        expect((await store.readStream(stream, { from: BigInt(revision) })).map(({ event }) => event)).toEqual([
          winner,
        ]);
      }
    }),
  );

  test(
    'shows an append whole or not at all, to any reader, while it is under way',
    withStore(open, async ({ store, reader }) => {
      const [stream, other] = [newStream(), await reader()];
      let done = false;
      const writing = (async () => {
        for (let i = 0; i < 40; i++) {
          await store.append(stream, i === 0 ? 'none' : BigInt(3 * i - 1), envelopes(stream, 3 * i, 3));
        }
        done = true;
      })();
      const lengths = new Set<number>();
      while (!done) {
        for (const each of [store, other]) lengths.add((await each.readStream(stream)).length);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await writing;
      expect([...lengths].filter((length) => length % 3 !== 0)).toEqual([]);
      expect(await other.readStream(stream)).toHaveLength(120);
    }),
  );

  test(
    'settles each append of a busy moment on its own',
    withStore(open, async ({ store }) => {
      const streams = Array.from({ length: 40 }, () => newStream());
      const outcomes = await Promise.all(
        streams.map((stream, i) =>
          outcomeOf(store.append(stream, i % 3 ? 'none' : 7n, envelopes(stream, i % 3 ? 0 : 8, 2))),
        ),
      );
      expect(outcomes).toEqual(streams.map((_, i) => (i % 3 ? 'appended' : 'WrongRevision')));
      expect(await wholeLog(store)).toHaveLength(2 * outcomes.filter((outcome) => outcome === 'appended').length);
    }),
  );

  test(
    'answers a repeat of the same ids at the same revision as it did the first time, also after a restart',
    withStore(open, async ({ store, reopen }) => {
      const stream = newStream();
      const creation = envelopes(stream, 0, 2);
      const change = envelopes(stream, 2, 3);
      const created = await store.append(stream, 'none', creation);
      const changed = await store.append(stream, 1n, change);
      await store.append(stream, 4n, envelopes(stream, 5, 1));
      expect(await store.append(stream, 'none', creation)).toEqual(created);
      expect(await Promise.all([1, 2, 3].map(() => answered(() => store.append(stream, 1n, change))))).toEqual(
        Array(3).fill(changed),
      );
      const reopened = await reopen();
      expect(await reopened.append(stream, 1n, change)).toMatchObject({
        revision: changed.revision,
        position: changed.position,
      });
      expect(await wholeLog(reopened)).toHaveLength(6);
    }),
  );

  test(
    'answers one of several equal appends that arrive together for all of them',
    withStore(open, async ({ store }) => {
      const stream = newStream();
      const events = envelopes(stream, 0, 2);
      const answers = await Promise.all(
        Array.from({ length: 16 }, () => answered(() => store.append(stream, 'none', events))),
      );
      expect(new Set(answers.map(({ position }) => position)).size).toBe(1);
      expect(await store.readStream(stream)).toHaveLength(2);
    }),
  );

  test(
    'refuses the same ids with other content, and keeps what was stored',
    withStore(open, async ({ store, reopen }) => {
      const stream = newStream();
      const events = envelopes(stream, 0, 2);
      await store.append(stream, 'none', events);
      const [first, second] = events as [Envelope, Envelope];
      for (const open of [async () => store, reopen]) {
        const now = await open();
        for (const changed of [
          [{ ...first, data: { other: true } }],
          [first, { ...second, recordedAt: '2026-03-01T09:00:00.001Z' as Instant }],
        ]) {
          const refused = await now.append(stream, 'none', changed).catch((error: unknown) => error);
          expect(refused).toBeInstanceOf(WrongRevision);
          expect(refused).toMatchObject({ expected: 'none', actual: 1n });
        }
        expect((await now.readStream(stream)).map(({ event }) => event)).toEqual(events);
      }
    }),
  );

  test(
    'refuses a stored beginning that is followed by new ids',
    withStore(open, async ({ store }) => {
      const stream = newStream();
      const events = envelopes(stream, 0, 2);
      await store.append(stream, 'none', events);
      const longer = [...events, ...envelopes(stream, 2, 1)];
      await expect(store.append(stream, 'none', longer)).rejects.toBeInstanceOf(WrongRevision);
      await expect(store.append(stream, 'none', envelopes(stream, 0, 2))).rejects.toBeInstanceOf(WrongRevision);
      expect(await store.readStream(stream)).toHaveLength(2);
    }),
  );

  test(
    'keeps what it acknowledged over a restart',
    withStore(open, async ({ store, reopen }) => {
      const streams = Array.from({ length: 100 }, () => newStream());
      await Promise.all(streams.map((stream) => store.append(stream, 'none', envelopes(stream, 0, 2))));
      const before = await wholeLog(store);
      expect(await wholeLog(await reopen())).toEqual(before);
    }),
  );

  test(
    'finishes what it was given before it closes, and then takes nothing more',
    withStore(open, async ({ store, reopen }) => {
      const streams = Array.from({ length: 100 }, () => newStream());
      const appends = streams.map((stream) => outcomeOf(store.append(stream, 'none', envelopes(stream, 0, 1))));
      const reopened = await reopen();
      expect(await Promise.all(appends)).toEqual(streams.map(() => 'appended'));
      expect(await wholeLog(reopened)).toHaveLength(100);
      const stream = newStream();
      expect(await outcomeOf(store.append(stream, 'none', envelopes(stream, 0, 1)))).toBe('StoreUnavailable');
    }),
  );
}
