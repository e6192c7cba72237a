import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openEventReader } from '../../src/adapters.js';
import { debtList } from '../../projections/debt-list/projection.js';
import { projections } from '../../src/composition.js';
import { importInto } from '../fines/ledger.js';
import { firstFines, newFolder } from '../fines/rows.js';
import { StandIn } from '../servers/eventstoredb/stand-in.js';
import { describeMongoDb, MongoDb } from '../servers/mongodb/mongodb.js';
import { exportedBundle, replayed } from './bundles.js';
import { folder, newLedger, place } from './moving.js';
import { documentsOf, overwrite } from './refolding/damage.js';

/** Of the city's file, where it is at hand. */
const FINES = process.env['SIJILL_FINES'];
afterAll(() => rmSync(place, { recursive: true, force: true }));

const filesIn = (bundle: string): string[] =>
  readdirSync(bundle, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(bundle.length))
    .sort();

async function fines(): Promise<string> {
  const at = await newFolder();
  await importInto(at, await firstFines(FINES!, 60));
  return join(at, 'data');
}

describeMongoDb('a bundle between the two pairs of stores', () => {
  let events: StandIn;
  let models: MongoDb;
  beforeAll(async () => {
    events = await StandIn.start();
    models = await MongoDb.start();
  });
  afterAll(async () => {
    await events.dispose();
    await models.dispose();
  });

  test.each([
    ['lives of people', () => newLedger(), true],
    ['60 real fines (SIJILL_FINES=/path/to/fines.csv.gz runs it)', fines, FINES !== undefined],
  ])(
    '%s: from SQLite to EventStoreDB and MongoDB, and back, every document is equal',
    async (name, source, isAtHand) => {
      if (!isAtHand) return;
      await events.empty();
      const data = await source();
      const out = join(folder(), 'embedded');
      const { manifest } = await exportedBundle({ data }, out);
      const database = `sijill_test_${name.slice(0, 2).replace(' ', '_')}`;
      const servers = { data: folder(), eventStoreUrl: events.url, mongodbUri: models.uri(database) };
      const there = await replayed(out, servers);
      expect(there.difference).toBeUndefined();
      expect(there.verified.map(({ projection }) => projection)).toEqual(projections.map((each) => each.name));

      const back = join(folder(), 'servers');
      expect((await exportedBundle(servers, back)).manifest).toEqual(manifest);
      for (const file of filesIn(out))
        expect(readFileSync(join(back, file)).equals(readFileSync(join(out, file)))).toBe(true);
      expect((await replayed(back, { data: folder() })).difference).toBeUndefined();

      // What a fault changes there keeps a bundle from being made.
      const [first] = await documentsOf(servers, debtList);
      await overwrite(servers, debtList, first!, { ...first!.document!, state: 'forgiven' });
      await expect(exportedBundle(servers, join(folder(), 'none'))).rejects.toThrow(', state: the events say ');
      const reader = await openEventReader(servers);
      expect((await reader.last())?.event.ledger).toBe(manifest.ledger);
      await reader.close();
    },
  );
});
