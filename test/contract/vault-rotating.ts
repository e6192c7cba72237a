import { randomBytes, randomUUID } from 'node:crypto';
import type { EventId, PartyId, StreamName, Uuid } from '../../src/kernel/ids.js';
import { rotateKey, type KeyRing, type Watch } from '../../src/vault/rotating/rotate-key.js';
import type { Vault } from '../../src/vault/vault.js';

/** What the suite needs of an adapter. */
export interface RotatableVault {
  open(masterKey: Buffer): Promise<Vault>;
  ring(): Promise<KeyRing>;
  dispose(): Promise<void>;
}

const EVENT = randomUUID() as Uuid;
const STREAM = `receipt-${EVENT}` as StreamName;
const PERSONS = 1_100; // three batches

/** Another master key, and nothing else is another. */
export function rotating(name: string, create: () => Promise<RotatableVault>): void {
  describe(`the master key of ${name}`, () => {
    let subject: RotatableVault;
    const [old, next] = [randomBytes(32), randomBytes(32)];
    beforeEach(async () => (subject = await create()));
    afterEach(() => subject.dispose());

    async function withVault<T>(key: Buffer, use: (vault: Vault) => Promise<T>): Promise<T> {
      const vault = await subject.open(key);
      return use(vault).finally(() => vault.close());
    }
    const party = (vault: Vault, i: number): Promise<PartyId> => vault.pseudonym('party', `person ${i}`);
    /** All that must stay what it is. */
    const seen = (key: Buffer) =>
      withVault(key, async (vault) => {
        const some = [0, 1, 499, 500, 501, 999, 1000, PERSONS - 1];
        const persons = await Promise.all(some.map((i) => party(vault, i)));
        const commitments = await Promise.all(persons.map((person) => vault.seal(person, 'phone', 'x', EVENT)));
        const opened = await Promise.all(commitments.map((commitment) => vault.open(commitment)));
        expect(opened.every((each) => each !== undefined)).toBe(true);
        return { persons, opened, digest: vault.digest('x'), salt: vault.leafSalt(EVENT as Uuid as EventId) };
      });
    const fill = () =>
      withVault(old, (vault) =>
        Promise.all(
          Array.from({ length: PERSONS }, async (_, i) => {
            const commitment = await vault.seal(await party(vault, i), 'phone', 'x', EVENT);
            (await vault.keep([commitment], STREAM)).name();
          }),
        ),
      );
    const quietly: Watch = { signal: new AbortController().signal, checked: () => {}, rewrapped: () => {} };
    async function rotate(from = old, to = next, watch: Partial<Watch> = {}): Promise<number | 'before'> {
      const ring = await subject.ring();
      return rotateKey(ring, from, to, { ...quietly, ...watch }).finally(() => ring.close());
    }

    test('is changed for every key, and nothing else changes', async () => {
      await fill();
      const before = await seen(old);
      expect(await rotate()).toBe(PERSONS);
      expect(await seen(next)).toEqual(before);
      await expect((async () => subject.open(old))()).rejects.toMatchObject({ code: 'MASTER_KEY_WRONG' });
      expect(await rotate()).toBe('before');
      expect(await rotate(next, old)).toBe(PERSONS); // and back
      expect(await seen(old)).toEqual(before);
    });

    test('is changed by whoever goes on, wherever it was stopped, and nobody opens the vault before', async () => {
      await fill();
      const before = await seen(old);
      for (const at of [1, 600, 1_050]) {
        const stop = new AbortController();
        const rewrapped = (done: number): void => void (done === at && stop.abort());
        await expect(rotate(old, next, { signal: stop.signal, rewrapped })).rejects.toMatchObject({
          name: 'RotationStopped',
        });
        for (const key of [old, next]) {
          await expect((async () => subject.open(key))()).rejects.toMatchObject({ code: 'ROTATION_UNFINISHED' });
        }
      }
      await expect(rotate(old, randomBytes(32))).rejects.toMatchObject({ code: 'OTHER_ROTATION' });
      await expect(rotate(randomBytes(32), next)).rejects.toMatchObject({ code: 'MASTER_KEY_WRONG' });
      expect(await rotate()).toBe(PERSONS);
      expect(await seen(next)).toEqual(before);
    });

    test('stays where the old one is another, where both are one, or where a key does not open', async () => {
      await withVault(old, (vault) => party(vault, 1));
      await expect(rotate(randomBytes(32))).rejects.toMatchObject({ code: 'MASTER_KEY_WRONG' });
      await expect(rotate(old, old)).rejects.toMatchObject({ code: 'SAME_KEY' });
      await expect(rotate(old, randomBytes(16))).rejects.toMatchObject({ code: 'MASTER_KEY_MALFORMED' });
      const stop = new AbortController();
      stop.abort(); // while all are opened
      await expect(rotate(old, next, { signal: stop.signal })).rejects.toMatchObject({ name: 'RotationStopped' });
      await withVault(old, (vault) => party(vault, 1));
    });
  });
}
