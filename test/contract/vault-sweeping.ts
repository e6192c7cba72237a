import { randomUUID } from 'node:crypto';
import type { PartyId, StreamName, Uuid } from '../../src/kernel/ids.js';
import { digestOf } from '../../src/kernel/commitments.js';
import type { IsNamed, Kept, Swept, Vault } from '../../src/vault/vault.js';
import type { VaultUnderTest } from './vault.contract.js';

const EVENT = randomUUID() as Uuid;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const nobody: IsNamed = () => Promise.resolve(false);

/** A crash between sealing and appending leaves personal data for no event: it goes, and nothing else does. */
export function sweeping(name: string, create: () => Promise<VaultUnderTest>): void {
  describe(`sealed values that wait for their events in ${name}`, () => {
    let subject: VaultUnderTest;
    let vault: Vault;
    const stream = (): StreamName => `receipt-${randomUUID()}` as StreamName;
    const person = `party_${randomUUID()}` as PartyId;

    beforeEach(async () => {
      subject = await create();
      vault = await subject.open();
    });
    afterEach(async () => {
      await vault.close();
      await subject.dispose();
    });
    const reopen = async (): Promise<void> => {
      await vault.close();
      vault = await subject.open();
    };
    /** Sealed and stored, with the outcome of the append still to come: as a crash leaves it. */
    async function kept(of: StreamName, value = 'SA0380000000608010167519', by = vault) {
      const commitment = await by.seal(person, 'sourceAccount', value, EVENT);
      return { commitment, kept: (await by.keep([commitment], of)) as Kept };
    }
    const looks = async (...at: readonly number[]): Promise<Swept[]> => {
      const found: Swept[] = [];
      for (const now of at) found.push(await vault.sweep(nobody, now));
      return found;
    };
    const WAITS = { named: 0, removed: 0, waiting: 1 };
    const REMOVED = { named: 0, removed: 1, waiting: 0 };
    const NOTHING = { named: 0, removed: 0, waiting: 0 };

    test('stay, whatever a look finds, once their append is known to be there', async () => {
      const { commitment, kept: one } = await kept(stream());
      one.name();
      await reopen(); // closing tells the storage
      expect(await looks(0, HOUR, 2 * HOUR)).toEqual([NOTHING, NOTHING, NOTHING]);
      expect(await vault.open(commitment)).toMatchObject({ value: 'SA0380000000608010167519' });
    });

    test('go at once where the append is known to have failed', async () => {
      const { commitment, kept: one } = await kept(stream());
      one.forget();
      await reopen();
      expect(await vault.open(commitment)).toBeUndefined();
      expect(await looks(0)).toEqual([NOTHING]);
    });

    test('of a crash are removed at the second look, an hour after the first, and not a minute before', async () => {
      const { commitment } = await kept(stream());
      await reopen();
      expect(await looks(5, HOUR - MINUTE, HOUR)).toEqual([WAITS, WAITS, WAITS]);
      expect(await vault.open(commitment)).toBeDefined();
      expect(await looks(HOUR + 5, HOUR + 6)).toEqual([REMOVED, NOTHING]);
      expect(await vault.open(commitment)).toBeUndefined();
      await reopen();
      expect(await vault.open(commitment)).toBeUndefined();
      // The client repeats its command after all.
      expect((await kept(stream())).commitment).toBe(commitment);
      expect(await vault.open(commitment)).toBeDefined();
    });

    test('are looked at for an hour anew by each process: its clock alone counts', async () => {
      await kept(stream());
      expect(await looks(10 * HOUR)).toEqual([WAITS]);
      await reopen();
      expect(await looks(11 * HOUR, 12 * HOUR)).toEqual([WAITS, REMOVED]);
    });

    test('stay for ever where an event of their stream names them, which one look finds out', async () => {
      const of = stream();
      const { commitment } = await kept(of);
      await reopen();
      const asked: unknown[] = [];
      const swept = await vault.sweep(async (...question) => asked.push(question) === 1, 0);
      expect([asked, swept]).toEqual([[[of, digestOf(commitment)]], { named: 1, removed: 0, waiting: 0 }]);
      expect(await looks(HOUR, 2 * HOUR, 3 * HOUR)).toEqual([NOTHING, NOTHING, NOTHING]);
      expect(await vault.open(commitment)).toBeDefined();
    });

    test('of an append whose event came late, between two looks, stay', async () => {
      const { commitment } = await kept(stream());
      expect(await looks(0)).toEqual([WAITS]);
      expect(await vault.sweep(() => Promise.resolve(true), HOUR)).toEqual({ named: 1, removed: 0, waiting: 0 });
      expect(await vault.open(commitment)).toBeDefined();
    });

    test('of two appends each wait for their own: one that failed takes nothing from the other', async () => {
      const [first, second] = [await kept(stream()), await kept(stream())];
      expect(second.commitment).toBe(first.commitment);
      first.kept.forget();
      second.kept.name();
      await reopen();
      expect(await looks(0, HOUR)).toEqual([NOTHING, NOTHING]);
      expect(await vault.open(first.commitment)).toBeDefined();
    });

    test('of a younger append stay when those of an older one go', async () => {
      const of = stream();
      const { commitment } = await kept(of);
      expect(await looks(0)).toEqual([WAITS]);
      const younger = await kept(of); // the same command again, of the same stream
      expect(await looks(HOUR)).toEqual([{ named: 0, removed: 1, waiting: 1 }]);
      expect(await vault.open(commitment)).toBeDefined();
      younger.kept.name();
      await reopen();
      expect(await looks(2 * HOUR, 3 * HOUR)).toEqual([NOTHING, NOTHING]);
      expect(await vault.open(commitment)).toBeDefined();
    });

    test('that were removed while their process stood still come back when it tells that the event is there', async () => {
      const { commitment, kept: late } = await kept(stream());
      const other = await subject.open();
      expect(await other.sweep(nobody, 0)).toEqual(WAITS);
      expect(await other.sweep(nobody, HOUR)).toEqual(REMOVED);
      expect(await other.open(commitment)).toBeUndefined();
      late.name();
      await reopen();
      expect(await other.open(commitment)).toMatchObject({ value: 'SA0380000000608010167519' });
      await other.close();
    });

    test('can be kept for another append by a process that did not seal them', async () => {
      const { commitment } = await kept(stream());
      const other = await subject.open();
      (await other.keep([commitment], stream())).name();
      await other.close();
      expect(await looks(0, HOUR)).toEqual([WAITS, REMOVED]);
      expect(await vault.open(commitment)).toBeDefined();
    });

    test('stay where the log does not answer: the next look goes on', async () => {
      const { commitment } = await kept(stream());
      expect(await looks(0)).toEqual([WAITS]);
      const down = (): Promise<boolean> => Promise.reject(new Error('the store is down'));
      await expect(vault.sweep(down, HOUR)).rejects.toThrow('the store is down');
      expect(await vault.open(commitment)).toBeDefined();
      expect(await looks(HOUR)).toEqual([REMOVED]);
    });

    test('of many crashes are all looked at, and those that are named are told from the others', async () => {
      const names = new Map<string, boolean>();
      await Promise.all(
        Array.from({ length: 1_200 }, async (_, i) => {
          const of = stream();
          const { commitment } = await kept(of, `account ${i}`);
          names.set(`${of} ${digestOf(commitment)}`, i % 3 === 0);
        }),
      );
      await reopen();
      const isNamed: IsNamed = async (of, digest) => names.get(`${of} ${digest}`) as boolean;
      expect(await vault.sweep(isNamed, 0)).toEqual({ named: 400, removed: 0, waiting: 800 });
      expect(await vault.sweep(isNamed, HOUR)).toEqual({ named: 0, removed: 800, waiting: 0 });
      for (const [name, isKept] of [...names].slice(0, 12)) {
        expect((await vault.open(name.split(' ')[1]!)) !== undefined).toBe(isKept);
      }
    });
  });
}
