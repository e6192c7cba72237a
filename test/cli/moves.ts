import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Stores } from '../../src/adapters.js';
import type { Summary } from '../../src/cli/log/file.js';
import { closing } from '../../src/event-store/log-format.js';
import type { Place } from '../../src/event-store/event-store.js';
import { generator } from '../generator.js';
import { exported, folder, grow, imported, linesIn, newLedger, sijill, withReader } from './moving.js';

const CLOCK = new Int32Array(new SharedArrayBuffer(4));

/** What holds of a log that moves into a store, whichever it is. @param empty makes one, without any event */
export function moves(name: string, empty: () => Promise<Stores>): void {
  describe(`a log that moves into ${name}`, () => {
    let file: string;
    let summary: Summary;
    beforeAll(async () => {
      file = join(folder(), 'ledger.jsonl');
      summary = await exported({ data: await newLedger() }, file);
    });

    test('comes out again as the same file, byte for byte, and so it does from SQLite', async () => {
      const stores = await empty();
      expect(await imported(file, stores)).toBe(0);
      const second = join(folder(), 'second.jsonl');
      expect(await exported(stores, second)).toEqual(summary);
      expect(readFileSync(second).equals(readFileSync(file))).toBe(true);

      const embedded = { data: folder() };
      await imported(second, embedded);
      const third = join(folder(), 'third.jsonl');
      expect(await exported(embedded, third)).toEqual(summary);
      expect(readFileSync(third).equals(readFileSync(file))).toBe(true);
    });

    test('another ledger or a longer one in the store is left as it was', async () => {
      const shorter = join(folder(), 'shorter.jsonl');
      const lines = linesIn(file).slice(0, 11);
      writeFileSync(
        shorter,
        [...lines, closing((JSON.parse(lines[10]!) as { digest: string }).digest, 10), ''].join('\n'),
      );
      const stores = await empty();
      expect(await imported(shorter, stores)).toBe(0);
      expect(await imported(shorter, stores)).toBe(10);
      const before = await exported(stores, join(folder(), 'before.jsonl'));

      const other = join(folder(), 'of-another.jsonl');
      const { ledger } = await exported({ data: await newLedger(2) }, other);
      await expect(imported(other, stores)).rejects.toThrow(
        `the store holds the ledger ${summary.ledger}, the file the ledger ${ledger}; nothing was written: import into an empty store`,
      );
      expect(await exported(stores, join(folder(), 'after.jsonl'))).toEqual(before);

      expect(await imported(file, stores)).toBe(10); // it is the beginning of this one
      await expect(imported(shorter, stores)).rejects.toThrow(
        `the store has ${summary.events} events of this ledger, the file 10; nothing was written`,
      );
      expect(await exported(stores, join(folder(), 'whole.jsonl'))).toEqual(summary);
    });

    const seed = Date.now() % 1_000_000;
    test(`what kill -9 or Ctrl-C ended at a random moment goes on when it is run again (seed ${seed})`, async () => {
      const random = generator(seed);
      const source = await newLedger(3);
      await grow(source, 1_500);
      const from = join(folder(), 'long.jsonl.gz');
      const { events, digest } = await exported({ data: source }, from);
      const stores = await empty();
      const settings = {
        SIJILL_DATA: stores.data,
        ...(stores.eventStoreUrl && { EVENT_STORE_URL: stores.eventStoreUrl }),
      };
      let seen: Place | undefined;
      const count = async (): Promise<number> => {
        if (stores.eventStoreUrl === undefined && !existsSync(join(stores.data, 'ledger.db'))) return 0;
        return withReader(stores, async (reader) => {
          const { position, count } = await reader.head(seen);
          if (position !== undefined) seen = { position, count };
          return count;
        }).catch(() => seen?.count ?? 0);
      };
      // Nothing else of this process may come between, or the import has run much longer; a stand-in is another process.
      const goOn = (ms: number) => (stores.eventStoreUrl === undefined ? Atomics.wait(CLOCK, 0, 0, 10) : wait(ms));
      for (const [round, signal] of (['SIGKILL', 'SIGINT', 'SIGKILL'] as const).entries()) {
        const moment = Math.floor(((round + random()) / 3) * events * 0.8);
        const ended = await sijill(['import', from], settings, async (send, isOver) => {
          const least = Math.max(moment, await count());
          // It stands still while its store is looked at: on a busy machine it would be done before it is ended.
          // It then runs for as long as the look took, or looking would be most of the test where that takes long.
          for (;;) {
            send('SIGSTOP');
            const looked = performance.now();
            if (isOver() || (await count()) > least) break;
            send('SIGCONT');
            await goOn(performance.now() - looked);
          }
          send(signal);
          send('SIGCONT');
        });
        if (signal === 'SIGINT')
          expect([ended.code, ended.err]).toEqual([130, expect.stringMatching(/stopped; run it again to go on\n$/)]);
        else expect(ended.signal).toBe('SIGKILL');
      }
      const { code, err } = await sijill(['import', from, '--digest', digest], settings);
      expect([code, err]).toEqual([0, expect.stringMatching(/events were there already\nimported them into /)]);
      expect(await exported(stores, join(folder(), 'again.jsonl'))).toMatchObject({
        events,
        digest,
      });
    });
  });
}
