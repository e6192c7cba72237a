import { randomBytes, randomUUID } from 'node:crypto';
import type { LedgerId, PartyId, StreamName, Uuid } from '../../src/kernel/ids.js';
import { digestOf } from '../../src/kernel/commitments.js';
import { openMongoVault, refuseVaultIn } from '../../src/vault/mongo/mongo-vault.js';
import { openMongoKeyRing } from '../../src/vault/mongo/mongo-key-ring.js';
import { rotating } from '../contract/vault-rotating.js';
import { vaultContract } from '../contract/vault.contract.js';
import { inDatabase } from '../read-models/mongo-backend.js';
import { describeMongoDb, isRealMongoDb, MongoDb } from '../servers/mongodb/mongodb.js';

const EVENT = randomUUID() as Uuid;

const STREAM = `receipt-${randomUUID()}` as StreamName;
const party = (): PartyId => `party_${randomUUID()}` as PartyId;
const BEGINNING = { mayBegin: true };

describeMongoDb('a vault in MongoDB', () => {
  let server: MongoDb;
  let uri: string;
  const key = randomBytes(32);
  const anywhere = (): string => server.uri(`sijill_test_${randomBytes(6).toString('hex')}`);
  const drop = (place: string): Promise<boolean> => inDatabase(place, (db) => db.dropDatabase());
  beforeAll(async () => (server = await MongoDb.start()));
  afterAll(() => server.dispose());
  beforeEach(() => void (uri = anywhere()));
  afterEach(() => drop(uri));

  vaultContract('the MongoDB vault', async () => {
    const [place, own] = [anywhere(), randomBytes(32)];
    return { open: () => openMongoVault(place, own, BEGINNING), dispose: async () => void (await drop(place)) };
  });

  rotating('the MongoDB vault', async () => {
    const place = anywhere();
    return {
      open: (own) => openMongoVault(place, own, BEGINNING),
      ring: () => openMongoKeyRing(place),
      dispose: async () => void (await drop(place)),
    };
  });

  test('begins where a ledger does, and nowhere else: its loss is never passed over', async () => {
    await expect(openMongoVault(uri, key, { mayBegin: false })).rejects.toMatchObject({ code: 'VAULT_MISSING' });
    await (await openMongoVault(uri, key, BEGINNING)).close();
    await (await openMongoVault(uri, key, { mayBegin: false })).close();
  });

  test('does not open with another master key, says what to do, and stays as it was', async () => {
    const vault = await openMongoVault(uri, key, BEGINNING);
    const id = await vault.pseudonym('party', '1058529940');
    await vault.close();
    const refusal = { code: 'MASTER_KEY_WRONG', message: expect.stringMatching(/set SIJILL_MASTER_KEY/) };
    await expect(openMongoVault(uri, randomBytes(32), BEGINNING)).rejects.toMatchObject(refusal);
    const malformed = { code: 'MASTER_KEY_MALFORMED' };
    await expect(openMongoVault(uri, randomBytes(16), BEGINNING)).rejects.toMatchObject(malformed);
    const again = await openMongoVault(uri, key, BEGINNING);
    expect(await again.pseudonym('party', '1058529940')).toBe(id);
    await again.close();
  });

  test('of a newer program is refused', async () => {
    await (await openMongoVault(uri, key, BEGINNING)).close();
    await inDatabase(uri, (db) =>
      db.collection<{ _id: string }>('vault').updateOne({ _id: 'key' }, { $set: { format: 3 } }),
    );
    await expect(openMongoVault(uri, key, BEGINNING)).rejects.toMatchObject({ code: 'OTHER_FORMAT' });
  });

  test('shares its database with nothing: whoever drops read models never drops a vault', async () => {
    await inDatabase(uri, (db) => db.collection('models').insertOne({ name: 'debtList' }));
    await expect(openMongoVault(uri, key, BEGINNING)).rejects.toMatchObject({ code: 'FOREIGN_DATABASE' });
    await refuseVaultIn(uri); // no vault has come of it
    await drop(uri);
    await (await openMongoVault(uri, key, BEGINNING)).close();
    await expect(refuseVaultIn(uri)).rejects.toMatchObject({ code: 'FOREIGN_DATABASE' });
  });

  test('says within seconds that its server is away, and names no password', async () => {
    const away = 'mongodb://somebody:secret@127.0.0.1:1/vault';
    const error: unknown = await openMongoVault(away, key, BEGINNING).catch((e: unknown) => e);
    expect(error).toMatchObject({ name: 'VaultUnavailable' });
    expect(String(error)).not.toContain('secret');
  });

  test('holds no value, no identity and no hash of one', async () => {
    const vault = await openMongoVault(uri, key, BEGINNING);
    const secrets = ['1058529940', '+966512345678', 'SA0380000000608010167519', 'هند بنت محمد'];
    for (const secret of secrets) {
      const person = await vault.pseudonym('party', secret);
      const kept = await vault.keep([await vault.seal(person, 'name', secret, EVENT)], STREAM);
      if (secret.startsWith('1')) kept.name();
    }
    await vault.close();
    const bytes = await inDatabase(uri, async (db) => {
      const collections = await db.collections();
      const all = await Promise.all(collections.map((collection) => collection.find({}, { raw: true }).toArray()));
      return Buffer.concat(all.flat() as unknown as Buffer[]);
    });
    expect(bytes.includes('lookup')).toBe(true); // the scan does see what is there
    for (const secret of secrets) {
      for (const encoding of ['utf8', 'utf16le'] as const) {
        expect(bytes.includes(Buffer.from(secret, encoding))).toBe(false);
      }
      expect(bytes.includes(Buffer.from(secret).toString('base64').replace(/=+$/, ''))).toBe(false);
      expect(bytes.includes(Buffer.from(secret).toString('hex'))).toBe(false);
    }
    expect(bytes.includes(key)).toBe(false);
  });

  describe('shared by processes', () => {
    test('that begin it at once is one vault', async () => {
      const vaults = await Promise.all([1, 2, 3, 4].map(() => openMongoVault(uri, key, BEGINNING)));
      expect(new Set(vaults.map((vault) => vault.digest('x'))).size).toBe(1);
      const owners = vaults.map(() => randomUUID() as LedgerId);
      const tied = await Promise.allSettled(vaults.map((vault, i) => vault.belongTo(owners[i]!)));
      expect(tied.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const rest = tied.filter(({ status }) => status === 'rejected');
      for (const each of rest) expect(each).toMatchObject({ reason: { code: 'OTHER_LEDGER' } });
      await Promise.all(vaults.map((vault) => vault.close()));
    });

    test('that ask for one person at once gives one pseudonym', async () => {
      const vaults = await Promise.all([1, 2, 3].map(() => openMongoVault(uri, key, BEGINNING)));
      const values = Array.from({ length: 60 }, (_, i) => `value ${i}`);
      const person = party();
      const answers = await Promise.all(
        vaults.map((vault) =>
          Promise.all(
            values.map(async (v) => [await vault.pseudonym('actor', v), await vault.seal(person, 'note', v, EVENT)]),
          ),
        ),
      );
      expect(answers[1]).toEqual(answers[0]);
      expect(answers[2]).toEqual(answers[0]);
      const count = await inDatabase(uri, (db) => db.collection('persons').countDocuments());
      expect(count).toBe(values.length + 1);
      await Promise.all(vaults.map((vault) => vault.close()));
    });
  });

  describe('a changed document', () => {
    test('any flipped bit of a sealed value is an error that shows no value', async () => {
      const vault = await openMongoVault(uri, key, BEGINNING);
      const commitment = await vault.seal(party(), 'phone', '+966512345678', EVENT);
      (await vault.keep([commitment], STREAM)).name();
      await vault.close();
      await inDatabase(uri, async (db) => {
        const sealed = db.collection<{ _id: string; content: Buffer }>('sealed', { promoteBuffers: true });
        const { content } = (await sealed.findOne({ _id: digestOf(commitment)! }))!;
        content[30]! ^= 1;
        await sealed.updateOne({ _id: digestOf(commitment)! }, { $set: { content } });
      });
      const again = await openMongoVault(uri, key, BEGINNING);
      const error: unknown = await again.open(commitment).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'VAULT_DAMAGED' });
      expect(String(error)).not.toContain('+966512345678');
      await again.close();
    });

    test("deleting a person's one document leaves nothing that opens or finds what was theirs", async () => {
      const vault = await openMongoVault(uri, key, BEGINNING);
      const person = await vault.pseudonym('party', '1058529940');
      const commitment = await vault.seal(person, 'phone', '+966512345678', EVENT);
      await vault.keep([commitment], STREAM);
      await vault.close();
      await inDatabase(uri, (db) => db.collection<{ _id: string }>('persons').deleteOne({ _id: person }));
      const again = await openMongoVault(uri, key, BEGINNING);
      expect(await again.open(commitment)).toBeUndefined();
      expect(await again.pseudonym('party', '1058529940')).not.toBe(person);
      expect(await again.seal(person, 'phone', '+966512345678', EVENT)).not.toBe(commitment);
      await again.close();
    });
  });

  (isRealMongoDb ? describe.skip : describe)('whose server goes away', () => {
    test('is unavailable, loses nothing that was answered, and goes on by itself', async () => {
      const vault = await openMongoVault(uri, key, BEGINNING);
      const person = await vault.pseudonym('party', '1058529940');
      const sealed = await vault.seal(person, 'phone', '+966512345678', EVENT);
      const kept = await vault.keep([sealed], STREAM);
      await server.kill();
      const later = await vault.seal(person, 'phone', '+966500000000', EVENT); // the person's key is at hand
      const calls = [vault.pseudonym('party', 'new'), vault.keep([later], STREAM), vault.open(sealed), vault.ledger()];
      for (const call of await Promise.allSettled(calls)) {
        expect(call).toMatchObject({ status: 'rejected', reason: { code: 'VAULT_UNAVAILABLE' } });
      }
      kept.name(); // told when it is back
      await server.start();
      expect(await vault.open(sealed)).toMatchObject({ value: '+966512345678' });
      await vault.keep([later], STREAM);
      expect(await vault.pseudonym('party', '1058529940')).toBe(person);
      await vault.close();
      const names = await inDatabase(uri, (db) => db.collection('sealed').find().toArray());
      expect(names.map(({ _id }) => String(_id))).toEqual([digestOf(sealed)]);
    });

    test('and hangs: a call fails after five seconds, and the next one goes through', async () => {
      const vault = await openMongoVault(uri, key, BEGINNING);
      server.freeze();
      const began = performance.now();
      await expect(vault.pseudonym('party', '1001244019')).rejects.toMatchObject({ code: 'VAULT_UNAVAILABLE' });
      expect(performance.now() - began).toBeLessThan(25_000); // the driver alone waits for 30 s
      server.thaw();
      expect(await vault.pseudonym('party', '1001244019')).toMatch(/^party_/);
      await vault.close();
    });
  });
});
