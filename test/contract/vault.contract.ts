import { createHash, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { ActorId, EventId, LedgerId, PartyId, StreamName, Uuid } from '../../src/kernel/ids.js';
import { isPartyId, isUuid, uuid5 } from '../../src/kernel/ids.js';
import type { Person, Vault } from '../../src/vault/vault.js';
import { leafSaltUnder } from '../../src/vault/leaf-salt.js';
import { erasing } from './vault-erasing.js';
import { sweeping } from './vault-sweeping.js';

const EVENT = randomUUID() as Uuid;

/** What the suite needs of an adapter: one vault on storage that survives its closing. */
export interface VaultUnderTest {
  /** Opens the vault; called again, the same one with the same key. */
  open(): Promise<Vault>;
  dispose(): Promise<void>;
}

const STREAM = `receipt-${randomUUID()}` as StreamName;

/** The laws of the Vault port (DESIGN.md, Vault), for every adapter. */
export function vaultContract(name: string, create: () => Promise<VaultUnderTest>): void {
  describe(`${name} keeps the vault's contract`, () => {
    let subject: VaultUnderTest;
    let vault: Vault;
    const party = (): PartyId => `party_${randomUUID()}` as PartyId;

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

    test('belongs to one ledger, for ever', async () => {
      const [ours, other] = [randomUUID(), randomUUID()] as [LedgerId, LedgerId];
      expect(await vault.ledger()).toBeUndefined();
      await vault.belongTo(ours);
      await vault.belongTo(ours);
      await expect(vault.belongTo(other)).rejects.toMatchObject({ code: 'OTHER_LEDGER' });
      await reopen();
      expect(await vault.ledger()).toBe(ours);
    });

    describe('a party that is introduced', () => {
      const ID = '1058529940';
      const kept = async (person: Person, by = vault): Promise<string> => {
        const commitment = await by.seal(person, 'name', 'سامي', EVENT);
        (await by.keep([commitment], STREAM)).name();
        return commitment;
      };

      test('is the same each time, is known to nobody, and leaves nothing until what is theirs is kept', async () => {
        const party = await vault.introduced(ID);
        expect([isPartyId(party), await vault.introduced(ID), await vault.known(ID)]).toEqual([true, party, undefined]);
        await vault.seal(party, 'name', 'سامي', EVENT); // of a command that is refused then
        expect(await vault.known(ID)).toBeUndefined();
        await reopen();
        expect(await vault.introduced(ID)).not.toBe(party);
      });

      test('is there with what is kept, in each process and for ever', async () => {
        const other = await subject.open();
        const party = await vault.introduced(ID);
        const commitment = await kept(party);
        expect(await vault.known(ID)).toBe(party);
        expect([await other.known(ID), await other.introduced(ID), await other.pseudonym('party', ID)]).toEqual([
          party,
          party,
          party,
        ]);
        expect(await other.open(commitment)).toMatchObject({ person: party, value: 'سامي' });
        await other.close();
        await reopen();
        expect(await vault.introduced(ID)).toBe(party);
        expect(await vault.open(commitment)).toMatchObject({ person: party, value: 'سامي' });
      });

      test('by two processes at once is one party: who is second keeps nothing, and asks again', async () => {
        const other = await subject.open();
        const [first, second] = [await vault.introduced(ID), await other.introduced(ID)];
        expect(second).not.toBe(first);
        await kept(first);
        await expect(kept(second, other)).rejects.toMatchObject({ code: 'VAULT_UNAVAILABLE' });
        expect(await other.introduced(ID)).toBe(first);
        await kept(first, other);
        await other.close();
      });
    });

    describe('pseudonyms', () => {
      test('are opaque: actor_ or party_ and a UUID', async () => {
        const actor = await vault.pseudonym('actor', 'https://idp.example#1058529940');
        expect(actor.startsWith('actor_') && isUuid(actor.slice(6))).toBe(true);
        expect(isPartyId(await vault.pseudonym('party', '1058529940'))).toBe(true);
      });

      test('are the same for the same value, now and after closing', async () => {
        const first = await vault.pseudonym('party', '1001244019');
        expect(await vault.pseudonym('party', '1001244019')).toBe(first);
        await reopen();
        expect(await vault.pseudonym('party', '1001244019')).toBe(first);
      });

      test('are found without being made', async () => {
        expect(await vault.known('1001244019')).toBeUndefined();
        const party = await vault.pseudonym('party', '1001244019');
        expect(await vault.known('1001244019')).toBe(party);
        await vault.pseudonym('actor', '1058529940');
        expect(await vault.known('1058529940')).toBeUndefined();
      });

      test('differ between values and between kinds', async () => {
        const ids = [
          await vault.pseudonym('party', '1058529940'),
          await vault.pseudonym('party', '1001244019'),
          await vault.pseudonym('party', ' 1001244019'),
          await vault.pseudonym('actor', '1001244019'),
        ];
        expect(new Set(ids.map((id) => id.replace(/^[a-z]+_/, ''))).size).toBe(4);
      });

      test('do not follow from the value: another vault gives others', async () => {
        const other = await create();
        const second = await other.open();
        const there = await second.pseudonym('party', '1058529940');
        await second.close();
        await other.dispose();
        expect(await vault.pseudonym('party', '1058529940')).not.toBe(there);
      });

      test('a thousand callers with fifty new values at once: fifty pseudonyms', async () => {
        const callers = Array.from({ length: 1000 }, (_, i) => vault.pseudonym('actor', `subject ${i % 50}`));
        const ids = await Promise.all(callers);
        expect(new Set(ids).size).toBe(50);
        for (let i = 0; i < ids.length; i++) expect(ids[i]).toBe(ids[i % 50]);
        await reopen();
        expect(await vault.pseudonym('actor', 'subject 7')).toBe(ids[7]);
      });

      test('of composed and decomposed letters differ: values are taken exactly', async () => {
        const composed = await vault.pseudonym('party', 'é');
        expect(await vault.pseudonym('party', 'é'.normalize('NFD'))).not.toBe(composed);
      });

      test('are refused to an empty value and to half a surrogate pair', async () => {
        await expect(vault.pseudonym('actor', '')).rejects.toMatchObject({ code: 'VAULT_VALUE' });
        await expect(vault.pseudonym('party', 'a\ud800')).rejects.toMatchObject({ code: 'VAULT_VALUE' });
      });
    });

    describe('sealed values', () => {
      const kept = async (person: Person, field: string, value: string): Promise<string> => {
        const commitment = await vault.seal(person, field, value, EVENT);
        await vault.keep([commitment], STREAM);
        return commitment;
      };

      test('open by their commitment, also after closing', async () => {
        const person = party();
        const commitment = await kept(person, 'sourceAccount', 'SA0380000000608010167519');
        expect(commitment).toMatch(/^[\w-]{43}$/);
        const opened = { person, field: 'sourceAccount', value: 'SA0380000000608010167519' };
        expect(await vault.open(commitment)).toMatchObject(opened);
        await reopen();
        expect(await vault.open(commitment)).toMatchObject(opened);
      });

      test('are stored when they are kept, and nothing of them before: a refused command leaves nothing', async () => {
        const person = party();
        const commitment = await vault.seal(person, 'phone', '+966512345678', EVENT);
        expect(await vault.open(commitment)).toBeUndefined();
        await reopen();
        expect(await vault.open(commitment)).toBeUndefined();
        // The same command again: the same commitment, kept this time, twice.
        expect(await kept(person, 'phone', '+966512345678')).toBe(commitment);
        await vault.keep([commitment, commitment], STREAM);
        expect(await vault.open(commitment)).toMatchObject({ person, value: '+966512345678' });
        await reopen();
        await vault.keep([commitment], STREAM);
        expect(await vault.open(commitment)).toMatchObject({ person, value: '+966512345678' });
      });

      test('that nobody sealed cannot be kept, and those beside them can', async () => {
        const commitment = await vault.seal(party(), 'phone', '+966512345678', EVENT);
        await expect(vault.keep([commitment, '0'.repeat(64)], STREAM)).rejects.toMatchObject({
          code: 'VAULT_UNAVAILABLE',
        });
        await vault.keep([commitment], STREAM);
        await vault.keep([], STREAM);
        expect(await vault.open(commitment)).toBeDefined();
      });

      test('of a hundred commands at once are all kept', async () => {
        const people = Array.from({ length: 100 }, party);
        const commitments = await Promise.all(people.map((person, i) => kept(person, 'phone', `${i % 7}`)));
        await reopen();
        for (const [i, commitment] of commitments.entries()) {
          expect(await vault.open(commitment)).toMatchObject({ person: people[i], value: `${i % 7}` });
        }
      });

      test('are proved to anyone by their disclosure, in the form of RFC 9901', async () => {
        const value = 'سِجِلّ "x"\n😀';
        const commitment = await kept(party(), 'note', value);
        const { disclosure } = (await vault.open(commitment))!;
        expect(createHash('sha256').update(disclosure, 'ascii').digest('base64url')).toBe(commitment);
        const [salt, ...told] = JSON.parse(Buffer.from(disclosure, 'base64url').toString('utf8')) as string[];
        expect(told).toEqual(['note', value]);
        expect(Buffer.from(salt!, 'base64url').length).toBe(32);
      });

      test('never have a commitment or a salt in common that two events name', async () => {
        const person = party();
        const one = fc.record({
          event: fc.integer({ min: 0, max: 2 }).map((n) => uuid5(EVENT, n)),
          field: fc.constantFrom('phone', 'note'),
          value: fc.constantFrom('', '+966512345678', '+966512345679'),
        });
        await fc.assert(
          fc.asyncProperty(one, one, async (a, b) => {
            const proofs = await Promise.all(
              [a, b].map(async ({ event, field, value }) => {
                const commitment = await vault.seal(person, field, value, event);
                await vault.keep([commitment], STREAM);
                const { disclosure } = (await vault.open(commitment))!;
                const [salt] = JSON.parse(Buffer.from(disclosure, 'base64url').toString()) as string[];
                return [commitment, salt];
              }),
            );
            const isSame = JSON.stringify(a) === JSON.stringify(b);
            for (const i of [0, 1]) expect(proofs[0]![i] === proofs[1]![i]).toBe(isSame);
          }),
          { numRuns: 40 },
        );
      });

      test('give the same commitment for the same person, field, value and event, also at once and after closing', async () => {
        const person = party();
        const seal = (): Promise<string> => vault.seal(person, 'phone', '+966512345678', EVENT);
        const [first, ...others] = await Promise.all(Array.from({ length: 40 }, seal));
        expect(new Set(others)).toEqual(new Set([first]));
        expect(await seal()).toBe(first);
        await reopen();
        expect(await seal()).toBe(first);
      });

      test('give other commitments for another person, field, value or event', async () => {
        const [one, two] = [party(), await vault.pseudonym('actor', 'somebody')];
        const commitments = [
          await vault.seal(one, 'phone', '+966512345678', EVENT),
          await vault.seal(two, 'phone', '+966512345678', EVENT),
          await vault.seal(one, 'mobile', '+966512345678', EVENT),
          await vault.seal(one, 'phone', '+966512345679', EVENT),
          await vault.seal(one, 'phone', '', EVENT),
          await vault.seal(one, 'phone', '+966512345678', randomUUID() as Uuid),
        ];
        expect(new Set(commitments).size).toBe(6);
        await vault.keep(commitments, STREAM);
        for (const commitment of commitments) expect(await vault.open(commitment)).toBeDefined();
      });

      test('tell nothing by their commitment: another vault gives another for the same facts', async () => {
        const person = party();
        const other = await create();
        const second = await other.open();
        const there = await second.seal(person, 'phone', '+966512345678', EVENT);
        await second.close();
        await other.dispose();
        expect(await vault.seal(person, 'phone', '+966512345678', EVENT)).not.toBe(there);
      });

      test('an unknown commitment, or none at all, opens to undefined', async () => {
        expect(await vault.open('0'.repeat(64))).toBeUndefined();
        expect(await vault.open('no commitment')).toBeUndefined();
        expect(await vault.open('')).toBeUndefined();
      });

      test('any well-formed text comes back as it was', async () => {
        const person = party();
        await fc.assert(
          fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (value) => {
            fc.pre(value.isWellFormed());
            const commitment = await kept(person, 'note', value);
            expect(await vault.open(commitment)).toMatchObject({ person, field: 'note', value });
          }),
          { numRuns: 40 },
        );
      });

      test('a large text comes back as it was', async () => {
        const value = 'ن'.repeat(200_000);
        expect((await vault.open(await kept(party(), 'note', value)))?.value === value).toBe(true);
      });

      test('belong to a pseudonym: a national ID in its place is refused, and not shown', async () => {
        for (const person of ['1058529940', 'party_1058529940', 'debtor_' + randomUUID(), '']) {
          const error = await vault.seal(person as Person, 'phone', '+966512345678', EVENT).catch((e: unknown) => e);
          expect(error).toMatchObject({ name: 'InvalidValue', code: 'VAULT_PERSON' });
          expect(String(error)).not.toContain('1058529940');
        }
      });

      test('have a field with a plain name and a well-formed value', async () => {
        for (const field of ['', 'two words', 'a-b', '1058529940', 'x'.repeat(65)]) {
          await expect(vault.seal(party(), field, 'v', EVENT)).rejects.toMatchObject({ code: 'VAULT_FIELD' });
        }
        await expect(vault.seal(party(), 'phone', '\udc00', EVENT)).rejects.toMatchObject({ code: 'VAULT_VALUE' });
      });
    });

    describe('keyed hashes', () => {
      const event = randomUUID() as unknown as EventId;

      test('are stable for the vault, also after closing, and 64 hex digits', async () => {
        const before = [vault.digest('1058529940'), vault.leafSalt(event)];
        for (const value of before) expect(value).toMatch(/^[0-9a-f]{64}$/);
        await reopen();
        expect([vault.digest('1058529940'), vault.leafSalt(event)]).toEqual(before);
      });

      test('of leaves are made with a key that can be handed on', () => {
        expect(leafSaltUnder(vault.leafKey(), event)).toBe(vault.leafSalt(event));
        vault.leafKey().fill(0);
        expect(leafSaltUnder(vault.leafKey(), event)).toBe(vault.leafSalt(event));
      });

      test('differ by value and by purpose, and are no plain hash', () => {
        const plain = createHash('sha256').update(event).digest('hex');
        expect(new Set([vault.digest(event), vault.leafSalt(event), plain, vault.digest('')]).size).toBe(4);
      });

      test('need the key: another vault gives others', async () => {
        const other = await create();
        const second = await other.open();
        const there = [second.digest('x'), second.leafSalt(event)];
        await second.close();
        await other.dispose();
        expect(vault.digest('x')).not.toBe(there[0]);
        expect(vault.leafSalt(event)).not.toBe(there[1]);
      });
    });

    describe('closing', () => {
      test('waits for the writes under way', async () => {
        const pending = Array.from({ length: 20 }, (_, i) => vault.pseudonym('actor', `late ${i}`));
        await vault.close();
        const ids: ActorId[] = await Promise.all(pending);
        vault = await subject.open();
        for (let i = 0; i < ids.length; i++) expect(await vault.pseudonym('actor', `late ${i}`)).toBe(ids[i]);
      });

      test('twice is once, and afterwards every call is refused', async () => {
        const person = party();
        const commitment = await vault.seal(person, 'phone', '+966512345678', EVENT);
        await vault.close();
        await vault.close();
        await expect(vault.keep([commitment], STREAM)).rejects.toMatchObject({ code: 'VAULT_UNAVAILABLE' });
        await expect(vault.seal(person, 'phone', 'v', EVENT)).rejects.toMatchObject({ code: 'VAULT_UNAVAILABLE' });
        await expect(vault.open(commitment)).rejects.toMatchObject({ code: 'VAULT_UNAVAILABLE' });
        await expect(vault.pseudonym('actor', 'new')).rejects.toMatchObject({ code: 'VAULT_UNAVAILABLE' });
        await expect(vault.seal(party(), 'phone', 'v', EVENT)).rejects.toMatchObject({ code: 'VAULT_UNAVAILABLE' });
      });
    });
  });
  sweeping(name, create);
  erasing(name, create);
}
