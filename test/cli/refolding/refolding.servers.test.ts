import { rmSync } from 'node:fs';
import { debtList } from '../../../projections/debt-list/projection.js';
import { openEventReader, openReadModels } from '../../../src/adapters.js';
import { catalogue, projections } from '../../../src/composition.js';
import { beginFilling, fill, swap } from '../../../src/feed/rebuild.js';
import { describeMongoDb, MongoDb } from '../../servers/mongodb/mongodb.js';
import { goesOn, newLedger, place } from '../moving.js';
import { documentsOf, overwrite, verified } from './damage.js';

afterAll(() => rmSync(place, { recursive: true, force: true }));

describeMongoDb('rebuild --verify on MongoDB', () => {
  test('finds every document as the events give it, and the one that is not', async () => {
    const server = await MongoDb.start();
    const stores = { data: await newLedger(), mongodbUri: server.uri('sijill_test_verify') };
    const readModels = await openReadModels(stores);
    const source = { reader: await openEventReader(stores), readModels, catalogue, pageSize: 100 };
    const fillings = await beginFilling(source, projections);
    await fill(source, fillings, goesOn);
    for (const filling of fillings) await swap(source, filling);
    await source.reader.close();
    await readModels.close();

    const { verified: done, difference } = await verified(stores);
    expect([difference, done.length]).toEqual([undefined, projections.length]);
    const [, second] = await documentsOf(stores, debtList);
    await overwrite(stores, debtList, second!, { ...second!.document!, state: 'forgiven' });
    expect((await verified(stores)).difference).toMatchObject({ id: second!.id, field: 'state', found: 'forgiven' });
    await server.dispose();
  });
});
