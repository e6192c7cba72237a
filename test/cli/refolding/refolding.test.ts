import { readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { debtList } from '../../../projections/debt-list/projection.js';
import { entityTotals } from '../../../projections/entity-totals/projection.js';
import { receipts } from '../../../projections/receipts/projection.js';
import { openReadModelReader } from '../../../src/adapters.js';
import { verify } from '../../../src/cli/refolding/verify-models.js';
import { catalogue, projections } from '../../../src/composition.js';
import type { Document } from '../../../src/read-models/read-models.js';
import { openSqliteEventStore } from '../../../src/event-store/sqlite/sqlite-event-store.js';
import { actor, id, party } from '../../given.js';
import type { CommandId } from '../../../src/kernel/ids.js';
import { RealWorld } from '../../projections/real-world.js';
import { folder, goesOn, newLedger, place, quiet, sijill } from '../moving.js';
import { byHand, documentsOf, overwrite, verified } from './damage.js';

afterAll(() => rmSync(place, { recursive: true, force: true }));
const left = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('sijill-verify-'));

describe('rebuild --verify', () => {
  test('every document of every read model is what the events give, and nothing is left behind', async () => {
    const data = await newLedger();
    const before = left();
    const { verified: done, difference } = await verified({ data });
    expect(difference).toBeUndefined();
    expect(done.map(({ projection }) => projection)).toEqual(projections.map(({ name }) => name));
    const sizes = await Promise.all(projections.map((each) => documentsOf({ data }, each)));
    expect(done.map(({ documents }) => documents)).toEqual(sizes.map(({ length }) => length));
    expect(sizes[0]!.length).toBeGreaterThan(3);
    expect(left()).toEqual(before);
  });

  test('names the first difference: a value, a document too few, one too many, one that is behind', async () => {
    const data = await newLedger(2);
    const all = await documentsOf({ data }, debtList);
    const [first, second] = all;

    await overwrite({ data }, debtList, second!, { ...second!.document!, state: 'forgiven' });
    expect(await verified({ data })).toEqual({
      verified: [],
      difference: {
        model: 'debt-list',
        id: second!.id,
        field: 'state',
        expected: second!.document!['state'],
        found: 'forgiven',
      },
    });
    await overwrite({ data }, debtList, second!, second!.document);

    const extra = { id: 'zzzz', state: 'outstanding' } as Document;
    await overwrite({ data }, debtList, { id: 'zzzz', sequence: 1 }, extra, true);
    expect((await verified({ data })).difference).toEqual({ model: 'debt-list', id: 'zzzz', field: '', found: extra });
    await overwrite({ data }, debtList, { id: 'zzzz', sequence: 1 }, null);
    expect((await verified({ data })).difference).toBeUndefined();

    byHand(data, (table) => `UPDATE ${table(debtList)} SET sequence = sequence - 1 WHERE id = '${first!.id}'`);
    expect((await verified({ data })).difference).toMatchObject({ id: first!.id, field: '(last event)' });
    byHand(data, (table) => `DELETE FROM ${table(debtList)} WHERE id = '${first!.id}'`);
    expect((await verified({ data })).difference).toEqual({
      model: 'debt-list',
      id: first!.id,
      field: '',
      expected: first!.document,
    });
    expect((await verified({ data }, [receipts])).difference).toBeUndefined();
  });

  test('a server goes on meanwhile: each document is compared at the event where it is', async () => {
    const data = folder();
    const world = await RealWorld.open(data);
    await world.start(50);
    const clerk = actor('clerk', 'clerk', party('ministry'));
    const terms = { creditor: party('ministry'), debtor: party('debtor'), ground: 'fine', sector: 'general' };
    let sent = 0;
    const draft = (): Promise<unknown> => {
      const n = sent++;
      const command = {
        type: 'DraftDebt',
        target: id(`debt ${n}`),
        data: { ...terms, currency: 'SAR', amount: '1.00' },
      };
      return world.send({ id: id(`command ${n}`) as unknown as CommandId, command, by: clerk });
    };
    for (let n = 0; n < 200; n++) await draft();
    await world.drain();

    let isOver = false;
    const busy = (async () => {
      while (!isOver) await draft();
    })();
    const live = await openReadModelReader({ data });
    let met = 0;
    // The walk waits until the server has done more: what it meets then has come since.
    const visitor = {
      compared: () => undefined,
      async document() {
        if (++met !== 100) return;
        for (const until = sent + 50; sent < until;) await new Promise((resolve) => setTimeout(resolve, 5));
      },
    };
    const found = await verify({ reader: world.store, catalogue }, live, projections, {
      signal: goesOn,
      output: quiet,
      visitor,
    });
    isOver = true;
    await busy;
    expect(found.difference).toBeUndefined();
    expect(found.verified.length).toBe(projections.length);
    expect(sent).toBeGreaterThan(250);
    await live.close();
    await world.close();
  });

  test('on the command line: exit code 0, 3 and 1, while another process has the ledger', async () => {
    const data = await newLedger(3);
    const store = await openSqliteEventStore(`${data}/ledger.db`);
    const right = await sijill(['rebuild', '--verify'], { SIJILL_DATA: data });
    expect([right.code, right.out, right.err]).toEqual([
      0,
      '',
      expect.stringMatching(
        /^debt-list: \d+ documents are what \d+ events give\n(.*\n)+verified \d+ read models in \d+ s\n$/,
      ),
    ]);

    byHand(data, (table) => `UPDATE ${table(entityTotals)} SET document = json_set(document, '$.registered', '0.01')`);
    const wrong = await sijill(['rebuild', '--verify', '--json', 'entity-totals'], { SIJILL_DATA: data });
    expect(wrong.code).toBe(3);
    expect(JSON.parse(wrong.out)).toMatchObject({
      equal: false,
      difference: { model: 'entity-totals', field: 'registered', found: '0.01' },
    });
    const said = await sijill(['rebuild', '--verify'], { SIJILL_DATA: data });
    expect([said.code, said.err]).toEqual([
      3,
      expect.stringMatching(/rebuild: entity-totals .+, registered: the events say ".+", stored is "0.01"\n$/),
    ]);
    await store.close();

    byHand(data, () => `UPDATE generations SET version = 77 WHERE model = 'debtList'`);
    const other = await sijill(['rebuild', '--verify'], { SIJILL_DATA: data });
    expect([other.code, other.err]).toEqual([
      1,
      expect.stringContaining('the documents of debt-list are of version 77, this program'),
    ]);
  });
});
