import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEventReader, openEventStore, type Stores } from '../../src/adapters.js';
import { readConfiguration } from '../../src/config/configuration.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { eventId, streamName, type CommandId, type StreamName } from '../../src/kernel/ids.js';
import { readBundle } from '../../src/transparency/bundles.js';
import { proveRecord } from '../../src/verify/record.js';
import { trusting, type Policy } from '../../src/verify/policy.js';
import { sijill, type Ended } from '../cli/moving.js';
import { uuid } from '../event-store/envelopes.js';
import { onEventStoreDb, standInOf } from '../servers/event-store.js';
import { storesOf } from '../servers/stores.js';
import { Server, until } from './server.js';

/*
 * Whoever runs the ledger changes what was recorded, as cleverly as one can: the store holds nothing but whole, valid
 * events of gapless streams afterwards. Each change is found out, by what is said here, with what others have kept: a
 * checkpoint, the key, a proof of record, a mirror of the public log.
 */

const CITY = 'party_11111111-1111-4111-8111-111111111111';
const DEBTOR = 'party_22222222-2222-4222-8222-222222222222';

const place = mkdtempSync(join(tmpdir(), 'sijill-operator-'));
const server = new Server({ SIJILL_LOG_ORIGIN: 'log.example.sa/ledger' }, join(place, 'data'));
/** What others have kept. */
const [kept, vkey, proof, mirror] = ['kept', 'vkey', 'proof', 'mirror'].map((name) => join(place, name)) as [
  string,
  string,
  string,
  string,
];
let ours: Policy;
let original: readonly Envelope[];

const published = async (path: string, token?: string): Promise<{ status: number; text: string }> => {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(`${server.url}/${path}`, { headers });
  return { status: answer.status, text: await answer.text() };
};
const sizeOf = (checkpoint: string): number => Number(checkpoint.split('\n')[1]);
const checkpointOf = (size: number): Promise<string> =>
  until(
    async () => (await published('transparency/checkpoint')).text,
    (text) => sizeOf(text) >= size,
  );

let drafts = 0;
/** @returns the debts' events */
async function draft(count: number): Promise<readonly string[]> {
  const token = await server.token('huda', 'clerk', CITY);
  const events: string[] = [];
  for (let at = 0; at < count; at++) {
    const body = { debtor: DEBTOR, creditor: CITY, ground: 'fine', amount: { amount: '115.00', currency: 'SAR' } };
    const headers = { 'idempotency-key': `draft-${drafts++}` };
    events.push((await server.call('POST', '/v1/debts', { token, body, headers })).body.event as string);
  }
  return events;
}

const stores = async (): Promise<Stores> =>
  readConfiguration({ SIJILL_DATA: server.data, ...(await storesOf(server.data)) });

async function eventsNow(): Promise<readonly Envelope[]> {
  const reader = await openEventReader(await stores());
  const { events } = await reader.readAll({ limit: 4_096 });
  await reader.close();
  return events.map(({ event }) => event);
}

/** The store, emptied, and then with these events in this order; what follows from events is gone. */
async function rewritten(events: readonly Envelope[]): Promise<void> {
  if (onEventStoreDb) await (await standInOf(server.data)).empty();
  for (const name of ['ledger.db', 'read-models.db']) {
    for (const more of ['', '-wal', '-shm']) rmSync(join(server.data, `${name}${more}`), { force: true });
  }
  rmSync(join(server.data, 'snapshots'), { recursive: true, force: true });
  const store = await openEventStore(await stores());
  for (const event of events) {
    const { revision } = event;
    await store.append(event.stream as StreamName, revision === 0 ? 'none' : BigInt(revision - 1), [event]);
  }
  await store.close();
}

beforeAll(async () => {
  await server.start();
  const [first] = await draft(6);
  writeFileSync(kept, await checkpointOf(7));
  writeFileSync(vkey, (await published('transparency/vkey')).text);
  const token = await server.token('auditor', 'auditor', CITY);
  writeFileSync(proof, (await published(`v1/proofs-of-record/${first}`, token)).text);
  ours = trusting(readFileSync(vkey, 'utf8'));
  expect(await mirrored()).toMatchObject({ code: 0 });
  await server.stop('SIGTERM');
  original = await eventsNow();
  expect(original).toHaveLength(7);
  cpSync(join(server.data), join(place, 'as-it-was'), { recursive: true });
});
afterAll(async () => {
  await server.dispose();
  rmSync(place, { recursive: true });
});

/** What somebody else's directory of the ledger says, with the log as it was. */
async function asItWas(events: readonly Envelope[]): Promise<void> {
  rmSync(server.data, { recursive: true });
  cpSync(join(place, 'as-it-was'), server.data, { recursive: true });
  await rewritten(events);
}

const cheaper = (event: Envelope): Envelope =>
  JSON.parse(JSON.stringify(event).replaceAll('"115.00"', '"15.00"').replaceAll('11500', '1500')) as Envelope;

/** A debt that nobody ever drafted. */
function invented(): Envelope {
  const debt = uuid();
  const commandId = uuid() as string as CommandId;
  const stream = streamName('debt', debt);
  const text = JSON.stringify(original[3]).replaceAll(original[3]!.stream.slice('debt-'.length), debt);
  return { ...(JSON.parse(text) as Envelope), id: eventId(commandId, 0), stream, commandId } as Envelope;
}

const CHANGES: readonly {
  readonly what: string;
  readonly change: () => readonly Envelope[];
  readonly halt?: string;
}[] = [
  {
    what: 'an event in the middle is edited',
    change: () => original.map((event, at) => (at === 3 ? cheaper(event) : event)),
  },
  {
    what: 'the last one is edited',
    change: () => original.map((event, at) => (at === 6 ? cheaper(event) : event)),
    halt: 'REWRITTEN',
  },
  { what: 'one is dropped', change: () => original.filter((_, at) => at !== 3), halt: 'ROLLED_BACK' },
  { what: 'one is inserted', change: () => original.toSpliced(3, 0, invented()), halt: 'REWRITTEN' },
  { what: 'two are swapped', change: () => original.with(3, original[4]!).with(4, original[3]!) },
  { what: 'one is put in another’s place', change: () => original.with(3, invented()) },
];

describe.each(CHANGES)('$what', ({ change, halt }) => {
  beforeAll(() => asItWas(change()));

  test('and an audit against the checkpoint that was kept finds it', async () => {
    const { code, err } = await audited();
    expect([code, err]).toEqual([3, expect.stringMatching(/^NOT PROVED: |covers 7 events, and the store has fewer/)]);
  });

  // What was changed further back the self-audit finds, some seconds later (test/feed/self-audit.test.ts).
  if (halt !== undefined)
    test(`and the signer halts: ${halt}`, async () => {
      await server.start();
      const look = async () =>
        (await server.call('GET', '/health/ready')).body.checks.transparency as { halt?: string };
      await until(look, (now) => now.halt === halt);
      await server.stop('SIGTERM');
    });

  test('and a new log in the old one’s place, signed with the same key, contradicts what was kept of it', async () => {
    const events = change();
    await asItWas(events);
    for (const more of ['', '-wal', '-shm']) rmSync(join(server.data, `transparency.db${more}`), { force: true });
    await server.start();
    await draft(3);
    const now = await checkpointOf(events.length + 3);
    const size = sizeOf(readFileSync(kept, 'utf8'));
    writeFileSync(join(place, 'grown'), (await published(`transparency/consistency?from=${size}`)).text);
    const entries = await fetch(`${server.url}/transparency/tile/entries/000.p/${events.length + 3}`);
    const rewrittenEntries = readBundle(Buffer.from(await entries.arrayBuffer()));
    await server.stop('SIGTERM');
    expect(await verify('consistency', kept, join(place, 'grown'))).toMatchObject({ code: 3 });
    // Who has mirrored the public log, and no event of it, can say which ones were changed; and the mirror stays.
    const differ = (one: unknown, other: unknown): boolean => JSON.stringify(one) !== JSON.stringify(other);
    const places = original.flatMap((event, at) => (differ(event, events[at]) ? [at] : []));
    const entriesThen = readBundle(readFileSync(join(mirror, 'tile', 'entries', '000.p', '7')));
    expect(entriesThen.flatMap((entry, at) => (differ(entry, rewrittenEntries[at]) ? [at] : []))).toEqual(places);
    expect(await mirrored()).toMatchObject({ code: 1, err: expect.stringContaining('this log does not begin with') });
    // What the ledger itself exports is in itself consistent: that is why checkpoints are kept.
    expect(await audited(now)).toMatchObject({ code: 0 });
  });
});

test('the proof of record that a citizen has needs none of it', () => {
  expect(proveRecord(readFileSync(proof, 'utf8'), ours).event.id).toBe(original[1]!.id);
});

test('nothing is found where nothing was changed', async () => {
  await asItWas(original);
  expect(await audited()).toMatchObject({ code: 0 });
  await server.start();
  await draft(1);
  await checkpointOf(8);
  const size = sizeOf(readFileSync(kept, 'utf8'));
  writeFileSync(join(place, 'grown'), (await published(`transparency/consistency?from=${size}`)).text);
  await server.stop('SIGTERM');
  expect(await verify('consistency', kept, join(place, 'grown'))).toMatchObject({ code: 0 });
});

const verify = (what: string, ...files: readonly string[]): Promise<Ended> =>
  sijill(['verify', what, ...files, '--vkey', vkey], {});

/** The public log as files, by who keeps a copy of it elsewhere. */
const mirrored = async (): Promise<Ended> =>
  sijill(['transparency', 'export', mirror], { SIJILL_DATA: server.data, ...(await storesOf(server.data)) });

/** What is exported now, audited against a checkpoint. @param checkpoint default: the one that was kept */
async function audited(checkpoint = readFileSync(kept, 'utf8')): Promise<Ended> {
  const files = join(mkdtempSync(join(place, 'audit-')), 'x');
  const settings = { SIJILL_DATA: server.data, ...(await storesOf(server.data)) };
  const exported = await sijill(['export', '--audit', files], settings);
  if (exported.code !== 0) return exported;
  writeFileSync(join(files, 'checkpoint'), checkpoint);
  return verify('audit', files);
}
