import { canonicalEvent } from '../../../src/event-store/canonical.js';
import type { EventReader, Place, Position } from '../../../src/event-store/event-store.js';
import { sequenceOf } from '../../../src/event-store/sequence-of.js';
import { wholeHead } from '../../../src/event-store/whole-head.js';
import { envelopes, newStream } from '../../event-store/envelopes.js';
import { placeAfter, wholeLog, withoutSequence, withStore, type OpenStore } from './opened.js';

export function reading(open: OpenStore): void {
  test(
    'reads a stream forwards and backwards, from any revision, in pages',
    withStore(open, async ({ store }) => {
      const [stream, other] = [newStream(), newStream()];
      await store.append(other, 'none', envelopes(other, 0, 3));
      await store.append(stream, 'none', envelopes(stream, 0, 10));
      const revisions = async (
        ...query: Parameters<typeof store.readStream> extends [unknown, ...infer Q] ? Q : never
      ) => (await store.readStream(stream, ...query)).map(({ event }) => event.revision);
      expect(await revisions()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      expect(await revisions({ from: 4n, limit: 3 })).toEqual([4, 5, 6]);
      expect(await revisions({ from: 9n })).toEqual([9]);
      expect(await revisions({ from: 10n })).toEqual([]);
      expect(await revisions({ direction: 'backwards' })).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
      expect(await revisions({ direction: 'backwards', limit: 2 })).toEqual([9, 8]);
      expect(await revisions({ direction: 'backwards', from: 1n })).toEqual([1, 0]);
      expect(await revisions({ direction: 'backwards', from: 99n, limit: 1 })).toEqual([9]);
      expect(await store.readStream(newStream())).toEqual([]);
    }),
  );

  test(
    'reads the whole log in commit order from any position',
    withStore(open, async ({ store, reader }) => {
      const streams = Array.from({ length: 20 }, () => newStream());
      await Promise.all(streams.map((stream) => store.append(stream, 'none', envelopes(stream, 0, 3))));
      const all = await wholeLog(store);
      expect(all).toHaveLength(60);
      expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_, i) => i));
      for (let i = 1; i < all.length; i++) {
        expect(store.comparePositions(all[i - 1]!.position, all[i]!.position)).toBeLessThan(0);
      }
      expect(store.comparePositions(all[5]!.position, all[5]!.position)).toBe(0);
      expect(store.comparePositions(all[6]!.position, all[5]!.position)).toBeGreaterThan(0);
      for (const stream of streams) {
        const own = all.filter(({ event }) => event.stream === stream);
        const read = await store.readStream(stream);
        expect(withoutSequence(read)).toEqual(withoutSequence(own));
        const known = read.filter(({ sequence }) => sequence !== undefined);
        expect([[], own]).toContainEqual(known);
      }
      for (const i of [0, 31, 58]) {
        expect(await wholeLog(store, { after: placeAfter(all[i]!), limit: 7 })).toEqual(all.slice(i + 1));
      }
      expect(await wholeLog(await reader(), { limit: 13 })).toEqual(all);
    }),
  );

  test(
    'gives the same pages as the canonical texts that are hashed',
    withStore(open, async ({ store, reader }) => {
      const stream = newStream();
      await store.append(stream, 'none', envelopes(stream, 0, 10));
      const start = placeAfter((await wholeLog(store))[1]!);
      for (const query of [
        { limit: 4 },
        { after: start, limit: 3 },
        { after: start, filter: { types: ['none.Such'] } },
      ]) {
        for (const each of [store, await reader()]) {
          const { events, ...page } = await each.readAll(query);
          const texts = events.map(({ event, ...place }) => ({ ...place, id: event.id, text: canonicalEvent(event) }));
          expect(await each.readTexts(query)).toEqual({ ...page, events: texts });
        }
      }
    }),
  );

  test(
    'answers pages that say where to go on',
    withStore(open, async ({ store }) => {
      // A server's own events may have been considered already, and may come at any time.
      const empty = await store.readAll();
      expect(empty).toMatchObject({ events: [], atEnd: true });
      expect((await store.head()).count).toBe(0);
      const stream = newStream();
      await store.append(stream, 'none', envelopes(stream, 0, 5));
      const first = await store.readAll({ limit: 4 });
      expect([first.events.length, first.atEnd]).toEqual([4, false]);
      const rest = await store.readAll({ limit: 4, after: first.next! });
      expect([rest.events.length, rest.atEnd]).toEqual([1, true]);
      expect([empty.next?.count ?? 0, first.next?.count, rest.next?.count]).toEqual([0, 4, 5]);
      const end = await store.readAll({ after: rest.next! });
      expect(end).toMatchObject({ events: [], next: { count: 5 }, atEnd: true });
      expect(store.comparePositions(end.next!.position, rest.next!.position)).toBeGreaterThanOrEqual(0);
    }),
  );

  test(
    'answers where the log ends, whatever place the caller knows',
    withStore(open, async ({ store, reader }) => {
      const [debt, own] = [newStream('debt'), newStream('_own')];
      await store.append(debt, 'none', envelopes(debt, 0, 300));
      await store.append(own, 'none', envelopes(own, 0, 3));
      const known = placeAfter((await wholeLog(store))[120]!);
      for (const from of [undefined, known, (await store.readAll({ limit: 4096 })).next]) {
        const head = await (await reader()).head(from);
        expect(head.count).toBe(300);
        expect(await store.readAll({ after: { ...head, position: head.position! } })).toMatchObject({ events: [] });
      }
      await store.append(debt, 299n, envelopes(debt, 300, 2));
      expect((await store.head(known)).count).toBe(302);
      expect((await store.head()).count).toBe(302);
    }),
  );

  test(
    'answers the last business event, however much bookkeeping came after it',
    withStore(open, async ({ store, reader }) => {
      const [debt, own] = [newStream('debt'), newStream('_own')];
      expect(await store.last()).toBeUndefined();
      await store.append(own, 'none', envelopes(own, 0, 1));
      expect(await store.last()).toBeUndefined();
      await store.append(debt, 'none', envelopes(debt, 0, 3));
      await store.append(own, 0n, envelopes(own, 1, 100));
      expect((await (await reader()).last())?.event).toEqual((await store.readStream(debt))[2]!.event);
    }),
  );

  test(
    'finds the sequence of an event from any place',
    withStore(open, async ({ store }) => {
      const [debt, own] = [newStream('debt'), newStream('_own')];
      const positions = [];
      for (let i = 0; i < 5; i++) {
        const appended = await store.append(
          debt,
          i === 0 ? 'none' : BigInt(100 * i - 1),
          envelopes(debt, 100 * i, 100),
        );
        await store.append(own, i === 0 ? 'none' : BigInt(i - 1), envelopes(own, i, 1));
        positions.push(appended.position);
      }
      const all = await wholeLog(store);
      const places = [all[0]!, all[99]!, all[250]!, all[499]!].map(placeAfter);
      for (const [i, position] of positions.entries()) {
        for (const place of [...places, (await store.readAll({ limit: 4096 })).next!]) {
          expect(await sequenceOf(store, position, place)).toBe(100 * i + 99);
        }
      }
    }),
  );

  test(
    'reads only the categories and types asked for',
    withStore(open, async ({ store }) => {
      const [debt, receipt, attempt] = [newStream('debt'), newStream('receipt'), newStream('attempt')];
      await store.append(debt, 'none', envelopes(debt, 0, 2, 'debts.DebtDrafted'));
      await store.append(receipt, 'none', envelopes(receipt, 0, 2, 'billing.ReceiptRecorded'));
      await store.append(debt, 1n, envelopes(debt, 2, 2, 'debts.DebtRegistered'));
      await store.append(attempt, 'none', envelopes(attempt, 0, 1, 'debts.ApproveRejected'));
      const sequences = async (filter: object) => (await wholeLog(store, { filter })).map(({ sequence }) => sequence);
      expect(await sequences({})).toEqual([0, 1, 2, 3, 4, 5, 6]);
      expect(await sequences({ categories: ['debt'] })).toEqual([0, 1, 4, 5]);
      expect(await sequences({ categories: ['debt', 'attempt'] })).toEqual([0, 1, 4, 5, 6]);
      expect(await sequences({ types: ['debts.DebtRegistered', 'billing.ReceiptRecorded'] })).toEqual([2, 3, 4, 5]);
      expect(await sequences({ categories: ['debt'], types: ['debts.DebtRegistered'] })).toEqual([4, 5]);
      expect(await sequences({ categories: ['deb', 'debts', 'DEBT', '%'] })).toEqual([]);
      expect(await sequences({ types: [] })).toEqual([]);
    }),
  );

  test(
    'counts no bookkeeping in the sequence and shows it only by its category',
    withStore(open, async ({ store, reopen }) => {
      const [debt, own] = [newStream('debt'), newStream('_checkpoint')];
      await store.append(debt, 'none', envelopes(debt, 0, 2));
      const kept = await store.append(own, 'none', envelopes(own, 0, 3));
      expect(kept.sequence).toBeUndefined();
      expect((await store.head()).count).toBe(2);
      await store.append(debt, 1n, envelopes(debt, 2, 1));
      await store.append(own, 2n, envelopes(own, 3, 1));
      const check = async (reader: EventReader) => {
        expect((await wholeLog(reader)).map(({ sequence }) => sequence)).toEqual([0, 1, 2]);
        const bookkeeping = await wholeLog(reader, { filter: { categories: ['_checkpoint'] } });
        expect(bookkeeping.map(({ event, sequence }) => [event.revision, sequence])).toEqual(
          [0, 1, 2, 3].map((revision) => [revision, undefined]),
        );
        const both = await wholeLog(reader, { filter: { categories: ['debt', '_checkpoint'] } });
        expect(both.map(({ sequence }) => sequence)).toEqual([0, 1, undefined, undefined, undefined, 2, undefined]);
        expect((await reader.head()).count).toBe(3);
        const end = await reader.readAll({ filter: { categories: ['debt', '_checkpoint'] } });
        expect(end.next).toMatchObject({ count: 3 });
        expect(reader.comparePositions(end.next!.position, both[6]!.position)).toBeGreaterThanOrEqual(0);
      };
      await check(store);
      await check(await reopen());
    }),
  );

  test(
    'goes on where a filter matches nothing for long',
    withStore(open, async ({ store }) => {
      const [noise, wanted] = [newStream('debt'), newStream('receipt')];
      for (let i = 0; i < 12; i++) {
        await store.append(noise, i === 0 ? 'none' : BigInt(1000 * i - 1), envelopes(noise, 1000 * i, 1000));
      }
      await store.append(wanted, 'none', envelopes(wanted, 0, 1));
      const filter = { categories: ['receipt'] };
      let after: Place | undefined;
      for (let page; page?.atEnd !== true;) {
        page = await store.readAll(after === undefined ? { filter } : { filter, after });
        if (after !== undefined) expect(store.comparePositions(page.next!.position, after.position)).toBeGreaterThan(0);
        after = page.next;
        if (page.atEnd) expect(page.events.map(({ event }) => event.stream)).toEqual([wanted]);
        else expect(page.events).toEqual([]);
      }
    }),
  );

  test(
    'holds a stream of 100,000 events',
    withStore(open, async ({ store }) => {
      const stream = newStream();
      for (let i = 0; i < 100; i++) {
        await store.append(stream, i === 0 ? 'none' : BigInt(1000 * i - 1), envelopes(stream, 1000 * i, 1000));
      }
      const [last] = await store.readStream(stream, { direction: 'backwards', limit: 1 });
      expect(last).toMatchObject({ event: { revision: 99_999 } });
      if (last?.sequence !== undefined) expect(last.sequence).toBe(99_999);
      const middle = await store.readStream(stream, { from: 50_000n, limit: 4096 });
      expect(middle.map(({ event }) => event.revision)).toEqual(Array.from({ length: 4096 }, (_, i) => 50_000 + i));
      await expect(store.append(stream, 99_999n, envelopes(stream, 100_000, 1))).resolves.toMatchObject({
        revision: 100_000n,
      });
      expect((await wholeHead(store)).count).toBe(100_001);
    }),
  );

  test(
    'refuses a page size or a position that it does not have',
    withStore(open, async ({ store }) => {
      for (const limit of [0, -1, 1.5, 4097, NaN]) {
        await expect(store.readAll({ limit })).rejects.toThrow(RangeError);
        await expect(store.readStream(newStream(), { limit })).rejects.toThrow(RangeError);
      }
      await expect(store.readAll({ after: { position: 'nowhere' as Position, count: 0 } })).rejects.toThrow(RangeError);
    }),
  );
}
