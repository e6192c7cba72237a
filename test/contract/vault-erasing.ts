import { randomUUID } from 'node:crypto';
import type { PartyId, StreamName, Uuid } from '../../src/kernel/ids.js';
import { TRUSTED_MS } from '../../src/vault/encrypted-vault.js';
import type { Person, Vault } from '../../src/vault/vault.js';
import type { VaultUnderTest } from './vault.contract.js';

const EVENT = randomUUID() as Uuid;

const ID = '1058529940';
const IBAN = 'SA0380000000608010167519';
const ERASED = { name: 'PersonErased', code: 'PERSON_ERASED' };

/** Erasure is for ever: no race, crash or other process brings a person back (docs/adr/0032). */
export function erasing(name: string, create: () => Promise<VaultUnderTest>): void {
  describe(`a person who is erased in ${name}`, () => {
    let subject: VaultUnderTest;
    let vault: Vault;
    const stream = `receipt-${randomUUID()}` as StreamName;
    const now = performance.now.bind(performance);

    beforeEach(async () => {
      subject = await create();
      vault = await subject.open();
    });
    afterEach(async () => {
      performance.now = now;
      await vault.close();
      await subject.dispose();
    });
    const reopen = async (): Promise<void> => {
      await vault.close();
      vault = await subject.open();
    };
    const seal = (person: Person, value = IBAN, by = vault): Promise<string> =>
      by.seal(person, 'sourceAccount', value, EVENT);
    async function kept(person: Person, value = IBAN, by = vault): Promise<string> {
      const commitment = await seal(person, value, by);
      (await by.keep([commitment], stream)).name();
      return commitment;
    }

    test('leaves nothing that opens, and nothing of anybody else goes', async () => {
      const [person, other] = [await vault.pseudonym('party', ID), await vault.pseudonym('party', '1001244019')];
      const [theirs, others] = [await kept(person), await kept(other)];
      const waiting = await seal(person, 'SA waiting');
      await vault.keep([waiting], stream);
      await reopen(); // all that is named is stored
      expect(await vault.isErased(person)).toBe(false);
      await vault.erase(person);
      for (const _ of ['at once', 'after closing']) {
        expect(await vault.open(theirs)).toBeUndefined();
        expect(await vault.open(waiting)).toBeUndefined();
        expect(await vault.open(others)).toMatchObject({ person: other, value: IBAN });
        expect([await vault.isErased(person), await vault.isErased(other)]).toEqual([true, false]);
        await reopen();
      }
    });

    test('never stands for anybody again: what is sealed for the pseudonym is not kept', async () => {
      const person = await vault.pseudonym('party', ID);
      const [before, theirs] = [await seal(person, 'SA before'), await kept(person)];
      await vault.erase(person);
      for (const _ of ['at once', 'after closing']) {
        const more = await seal(person);
        expect(more).not.toBe(theirs);
        await expect(vault.keep([more], stream)).rejects.toMatchObject(ERASED);
        expect(await vault.open(more)).toBeUndefined();
        await reopen();
      }
      for (const commitment of [before, theirs]) {
        await expect(vault.keep([commitment], stream)).rejects.toMatchObject({ code: 'VAULT_UNAVAILABLE' });
      }
      expect(await vault.open(theirs)).toBeUndefined();
    });

    test('and comes back has another pseudonym, which has nothing to do with the first', async () => {
      const person = await vault.pseudonym('party', ID);
      await vault.erase(person);
      const again = await vault.pseudonym('party', ID);
      expect(again).not.toBe(person);
      const commitment = await kept(again);
      await reopen();
      expect(await vault.pseudonym('party', ID)).toBe(again);
      expect(await vault.open(commitment)).toMatchObject({ person: again, value: IBAN });
    });

    test('twice is erased once; also one whom the vault never knew', async () => {
      const strangers = [`party_${randomUUID()}`, `party_${randomUUID()}`] as PartyId[];
      await Promise.all([...strangers, ...strangers].map((stranger) => vault.erase(stranger)));
      await reopen();
      await vault.erase(strangers[0]!);
      for (const stranger of strangers) await expect(kept(stranger)).rejects.toMatchObject(ERASED);
    });

    test('must be named by a pseudonym', async () => {
      const refused = { name: 'InvalidValue', code: 'VAULT_PERSON' };
      await expect(async () => vault.erase(ID as PartyId)).rejects.toMatchObject(refused);
      await expect(async () => vault.isErased(ID as PartyId)).rejects.toMatchObject(refused);
    });

    test('stays erased where an append that was under way then ends well, or a sweep finds its event', async () => {
      const person = await vault.pseudonym('party', ID);
      const commitment = await seal(person);
      const underWay = await vault.keep([commitment], stream);
      await vault.erase(person);
      underWay.name();
      await reopen();
      expect(await vault.sweep(async () => true)).toEqual({ named: 0, removed: 0, waiting: 0 });
      expect(await vault.open(commitment)).toBeUndefined();
    });

    test('is erased for another process at once, which has the key in memory for seconds at most', async () => {
      const other = await subject.open();
      const person = await vault.pseudonym('party', ID);
      const commitment = await kept(await other.pseudonym('party', ID), IBAN, other);
      const held = await seal(person, 'SA held', other);
      await vault.erase(person);
      expect(await other.open(commitment)).toBeUndefined();
      await expect(other.keep([held], stream)).rejects.toMatchObject(ERASED);
      performance.now = () => now() + TRUSTED_MS;
      await expect(kept(person, IBAN, other)).rejects.toMatchObject(ERASED);
      expect(await other.pseudonym('party', ID)).not.toBe(person);
      await other.close();
    });

    test('while processes seal, keep, name, sweep and ask for the pseudonym is erased all the same', async () => {
      const other = await subject.open();
      const person = await vault.pseudonym('party', ID);
      const bystander = await vault.pseudonym('party', '1001244019');
      const commitments: string[] = [];
      let isErased = false;
      const work = async (by: Vault, own: number): Promise<void> => {
        for (let i = 0; i < 12; i++) {
          try {
            commitments.push(await kept(person, `value ${own} ${i}`, by));
          } catch (error) {
            expect(error).toMatchObject(ERASED);
          }
          await kept(bystander, `value ${own} ${i}`, by);
          await by.sweep(async () => true);
          if (i === 4 && own === 0) {
            await by.erase(person);
            isErased = true;
          }
          if (isErased && by === vault) expect(await by.pseudonym('party', ID)).not.toBe(person);
        }
      };
      await Promise.all([0, 1, 2, 3, 4, 5].map((own) => work(own % 2 === 0 ? vault : other, own)));
      await other.close();
      await reopen();
      expect(commitments.length).toBeGreaterThan(4);
      for (const commitment of commitments) expect(await vault.open(commitment)).toBeUndefined();
      expect(await vault.open(await seal(bystander, 'value 3 11'))).toMatchObject({ person: bystander });
      await expect(kept(person)).rejects.toMatchObject(ERASED);
    });
  });
}
