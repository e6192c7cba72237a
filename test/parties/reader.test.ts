import { catalogue } from '../../src/composition.js';
import { RecordParty } from '../../src/contexts/parties/commands.js';
import type { PersonalDataRead } from '../../src/contexts/parties/events.js';
import { PartiesReader } from '../../src/contexts/parties/parties.reader.js';
import { party as decider } from '../../src/contexts/parties/party.js';
import { sha256 } from '../../src/event-store/canonical.js';
import type { RouteKey } from '../../src/http/access.js';
import { Attempts } from '../../src/http/attempts.js';
import type { Caller } from '../../src/http/auth/principal.js';
import type { Exchange } from '../../src/http/exchange.js';
import type { HttpPorts } from '../../src/http/ports.js';
import type { RefusedByRule } from '../../src/http/problems/problem.js';
import { Quotas } from '../../src/http/quotas.js';
import type { Role } from '../../src/kernel/envelope.js';
import { uuidOf, type PartyId } from '../../src/kernel/ids.js';
import type { Refused } from '../../src/ledger/outcome.js';
import type { Opened } from '../../src/vault/vault.js';
import { actor, party } from '../given.js';
import { log, request, setup } from '../ledger/setup.js';

const SAMI = party('sami');
const VALUES = { identifier: '1058529940', name: 'سامي' };
const values = { identifier: sha256('identifier'), name: sha256('name') };

/** A party that is recorded, and a reader that says in one list what it did: `+` an event, `open` a value. */
async function world({ refusalsPerHour = 0, deletes = false } = {}) {
  const { store, clock, ledger } = setup({
    catalogue,
    keepEvidence: async () => ({ name: () => {}, forget: () => {} }),
  });
  const data = { party: SAMI, kind: 'individual', values } as const;
  await ledger.execute(decider, new RecordParty(uuidOf(SAMI), data, request()));
  const done: string[] = [];
  store.onAppend = ({ events }) => void done.push(...events.map(({ type }) => `+${type}`));
  const vault = {
    open: async (commitment: string): Promise<Opened | undefined> => {
      const field = commitment === values.name ? 'name' : 'identifier';
      done.push(`open ${field}`);
      return deletes ? undefined : { person: SAMI, field, value: VALUES[field], disclosure: '' };
    },
    digest: (value: string) => sha256(`key ${value}`),
  };
  const ports = { vault, refuse: (refusal: never) => ledger.refuse(refusal) } as unknown as HttpPorts;
  const quotas = new Quotas({ requestsPerMinute: 0, refusalsPerHour }, clock);
  return { store, done, reader: new PartiesReader(ledger, new Attempts(ports, quotas), vault) };
}

function by(role: Role, body: object = {}): Exchange {
  const who = actor(role, role, party('ministry'));
  const caller = { role, party: party('ministry'), actor: who, principal: { sender: who.id } } as unknown as Caller;
  const asked = { headers: {}, params: {}, body };
  return { request: asked, route: 'POST /v1/parties/lookup' satisfies RouteKey, caller } as unknown as Exchange;
}

const reading = { party: SAMI, purpose: 'identification' };
const lookedFor = (found?: PartyId) => {
  const look = async (): Promise<PartyId | undefined> => {
    look.times++;
    return found;
  };
  look.times = 0;
  return look;
};

test('T5: first the event, then the vault: what is answered was recorded before it was opened', async () => {
  const { reader, done } = await world();
  const shown = await reader.show(by('clerk'), reading);
  expect(shown).toMatchObject({ erased: false, data: VALUES });
  expect(done).toEqual(['+parties.PersonalDataRead', 'open identifier', 'open name']);
});

test.each(['show', 'find', 'open', 'told'] as const)(
  'T5: no reading without its event: a store that is down shows nothing (%s)',
  async (way) => {
    const { reader, done, store } = await world();
    store.onAppend = () => 'unavailable';
    const reads = {
      show: () => reader.show(by('clerk'), reading),
      find: () => reader.find(by('clerk'), 'identification', lookedFor(SAMI)),
      open: () => reader.open(by('clerk'), reading, [values.name]),
      told: () => reader.told(by('clerk'), reading, ['identifier']),
    };
    await expect(reads[way]()).rejects.toMatchObject({ name: 'LedgerUnavailable' });
    expect(done).toEqual([]); // nothing was even opened
  },
);

test('T5: nor is a disclosure handed out without its event', async () => {
  const { reader, store } = await world();
  store.onAppend = () => 'unavailable';
  await expect(reader.disclose(by('clerk'), { purpose: 'review' }, [values.name])).rejects.toMatchObject({
    name: 'LedgerUnavailable',
  });
});

test('a purpose that the role may not name is refused alike for who is there and who is not, and nobody is looked for', async () => {
  for (const found of [SAMI, undefined]) {
    const { reader, done } = await world();
    const look = lookedFor(found);
    await expect(reader.find(by('clerk'), 'audit', look)).rejects.toMatchObject({ outcome: { code: 'PURPOSE' } });
    expect([look.times, done]).toEqual([0, ['+parties.LookUpPartyRejected']]);
  }
});

test('whoever tries numbers is noted, without the numbers, and after some of them finds nobody who is there either', async () => {
  const { reader, store, done } = await world({ refusalsPerHour: 3 });
  const body = { kind: 'individual', identifier: '1001244019', purpose: 'identification' };
  const refused: string[] = [];
  for (let i = 0; i < 3; i++) {
    const outcome = await reader
      .find(by('clerk', body), 'identification', lookedFor())
      .catch((error: unknown) => (error as RefusedByRule).outcome);
    expect(outcome).toMatchObject({ kind: 'refused', code: 'NOT_FOUND', of: 'hidden' });
    refused.push((outcome as Refused).attempt);
  }
  const look = lookedFor(SAMI);
  await expect(reader.find(by('clerk'), 'identification', look)).rejects.toMatchObject({ code: 'TOO_MANY_REFUSALS' });
  expect([look.times, done]).toEqual([0, Array.from({ length: 3 }, () => '+parties.LookUpPartyRejected')]);

  const attempts = (await log(store)).filter(({ event }) => refused.includes(event.id));
  const digests = new Set(attempts.map(({ event }) => event.requestDigest));
  // The same for any number: nobody finds out with the ledger's key who it was.
  const other = { ...body, identifier: '1058529940' };
  const { reader: another, store: theirs } = await world();
  await another.find(by('clerk', other), 'identification', lookedFor()).catch(() => undefined);
  digests.add((await log(theirs)).at(-1)!.event.requestDigest);
  expect([attempts.length, digests.size]).toEqual([3, 1]);
});

test('who was erased is looked for in vain, like nobody; and so is whose key has just gone', async () => {
  const { reader } = await world({ deletes: true });
  await expect(reader.find(by('clerk'), 'identification', lookedFor(SAMI))).rejects.toMatchObject({
    outcome: { code: 'NOT_FOUND', of: 'hidden' },
  });
});

test('a reading says whose data, which fields and why, and nothing that is personal', async () => {
  const { reader, store } = await world();
  await reader.find(by('clerk', VALUES), 'identification', lookedFor(SAMI));
  const { event } = (await log(store)).at(-1)!;
  expect(event).toMatchObject({
    type: 'parties.PersonalDataRead',
    stream: `access-${uuidOf(SAMI)}`,
    data: { party: SAMI, fields: ['identifier', 'name'], purpose: 'identification' } satisfies PersonalDataRead['data'],
  });
  for (const value of Object.values(VALUES)) expect(JSON.stringify(event)).not.toContain(value);
});
