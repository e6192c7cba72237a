import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { sijill } from '../cli/moving.js';
import { StandIn } from '../servers/eventstoredb/stand-in.js';
import { describeMongoDb, MongoDb } from '../servers/mongodb/mongodb.js';
import { hasRedis, HOW_TO_RUN, RedisServer } from '../servers/redis/redis.js';
import { answers, carryOut, command, draft, receipt, recordHistory } from './history.js';
import { Server, until } from './server.js';

/* docs/operations.md, From embedded to the servers: its block, as it is printed, moves a ledger that answers the same. */

/** Only a debt's own events do not tell their sequences on EventStoreDB (docs/operations.md). */
const asTold = (list: readonly unknown[]): unknown[] =>
  JSON.parse(
    JSON.stringify(list, (_, value: unknown) => {
      if (typeof value !== 'object' || value === null || !('schemaVersion' in value)) return value;
      return { ...value, sequence: undefined };
    }),
  );

describeMongoDb('from embedded stores to EventStoreDB, MongoDB and Redis', () => {
  const move = hasRedis ? test : test.skip;
  move(`as docs/operations.md has it (else skipped: ${HOW_TO_RUN})`, async () => {
    const place = mkdtempSync(join(tmpdir(), 'sijill-switch-'));
    const [store, mongo, redis] = await Promise.all([StandIn.start(), MongoDb.start(), RedisServer.start()]);
    const embedded = new Server({}, join(place, 'data'));
    const settings = {
      EVENT_STORE_URL: store.url,
      MONGODB_URI: mongo.uri(`sijill_test_switch_${process.pid}`),
      REDIS_URL: redis.url,
    };
    const log = {
      LOG_MONGODB_URI: `${settings.MONGODB_URI}_log`,
      SIJILL_LOG_KEY_FILE: join(place, 'vault', 'log.key'),
    };
    const moved = new Server({ ...settings, ...log, SIJILL_VAULT: join(place, 'vault') }, join(place, 'moved'));
    const text = async (server: Server, path: string): Promise<string> =>
      (await fetch(`${server.url}/transparency/${path}`)).text();
    const size = (checkpoint: string): number => Number(checkpoint.split('\n')[1]);
    try {
      await embedded.start();
      const acknowledged = await recordHistory(embedded);
      const debt = acknowledged.body.id as string;
      const expected = asTold(await answers(embedded, debt));
      const kept = await until(
        () => text(embedded, 'checkpoint'),
        (checkpoint) => size(checkpoint) > 0,
      );
      expect(await embedded.stop('SIGTERM')).toBe(0);

      symlinkSync(resolve('dist'), join(place, 'dist'));
      carryOut('from embedded to the servers', place, settings);
      await moved.start();
      expect(asTold(await answers(moved, debt))).toEqual(expected);
      // The log that is made anew holds all of the one before.
      const grown = await until(
        () => text(moved, `consistency?from=${size(kept)}`),
        (proof) => proof.startsWith(`old ${size(kept)}\n`),
      );
      for (const [name, content] of Object.entries({ kept, grown, vkey: await text(moved, 'vkey') }))
        writeFileSync(join(place, name), content);
      const files = ['kept', 'grown', 'vkey'].map((name) => join(place, name)) as [string, string, string];
      const verified = await sijill(['verify', 'consistency', files[0], files[1], '--vkey', files[2]], {});
      expect(verified).toMatchObject({ code: 0 });
      // A repeat gets the first answer, also of a refusal; only its sequence is not told (docs/operations.md).
      const { sequence: _, ...first } = acknowledged.body;
      expect((await command(moved, 'clerk', '/v1/debts', draft)).body).toMatchObject(first);
      const again = await command(moved, 'clerk', `/v1/debts/${debt}/registration`, {}, '"0"');
      expect([again.status, again.body.code]).toEqual([409, 'SELF_APPROVAL']);
      const paid = await command(moved, 'bank', '/v1/receipts', receipt(debt));
      expect(paid.headers.get('idempotency-replayed')).toBe('true');
      expect(asTold(await answers(moved, debt))).toEqual(expected); // nothing of it was recorded once more
      expect(readdirSync(moved.data).join()).not.toMatch(/ledger\.db|vault|read-models|jobs/);
      expect(existsSync(join(place, 'data', 'ledger.db'))).toBe(true);
      expect(await moved.stop('SIGTERM')).toBe(0);
    } finally {
      await Promise.all([embedded.dispose(), moved.dispose()]);
      await Promise.all([store.dispose(), mongo.dispose(), redis.dispose()]);
      rmSync(place, { recursive: true, force: true });
    }
  });
});
