// Appends events, has their log built, signed and cosigned, and dies at one step of that: before it is made, or after.
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [root = '', folder = '', step = '', moment = ''] = process.argv.slice(2);
const load = (/** @type {string} */ path) => import(pathToFileURL(join(root, 'src', path)).href);
const { openSqliteEventStore } = await load('event-store/sqlite/sqlite-event-store.js');
const { EmbeddedLeases } = await load('leases/embedded-leases.js');
const { signingKey, writeVkey } = await load('transparency/keys.js');
const { LogBuilder } = await load('transparency/log-builder.js');
const { openSqliteLogStorage } = await load('transparency/sqlite/sqlite-log-storage.js');
const { readWitnesses } = await load('transparency/witnesses/witness-policy.js');

/** @param {string} name @param {(...call: any[]) => Promise<any>} work */
const fatal =
  (name, work) =>
  async (/** @type {any[]} */ ...call) => {
    if (step === name && moment === 'before') process.kill(process.pid, 'SIGKILL');
    const answer = await work(...call);
    if (step === name && moment === 'after') process.kill(process.pid, 'SIGKILL');
    return answer;
  };

const { origin, events, policy } = JSON.parse(readFileSync(join(folder, 'life.json'), 'utf8'));
const store = await openSqliteEventStore(join(folder, 'ledger.db'));
const last = events.pop();
for (const event of events) await store.append(event.stream, 'none', [event]);
await fatal('append', (event) => store.append(event.stream, 'none', [event]))(last);

const key = signingKey(origin, createHash('sha256').update(origin).digest());
const storage = openSqliteLogStorage(join(folder, 'transparency.db'));
const builder = new LogBuilder({
  ledger: last.ledger,
  reader: store,
  storage: {
    read: (/** @type {any} */ tile) => storage.read(tile),
    signed: () => storage.signed(),
    witnessed: () => storage.witnessed(),
    write: fatal('write', (tiles) => storage.write(tiles)),
    sign: fatal('sign', (...call) => storage.sign(...call)),
    cosign: fatal('cosign', (...call) => storage.cosign(...call)),
    witness: fatal('witness', (checkpoint) => storage.witness(checkpoint)),
  },
  leases: new EmbeddedLeases(),
  key,
  saltOf: (/** @type {string} */ id) => createHmac('sha256', 'key').update(id).digest('hex'),
  witnesses: readWitnesses(policy, writeVkey(key)),
  report: () => undefined,
  log: (/** @type {string} */ level, /** @type {string} */ message) => console.error(level, message),
  paceMs: 1,
  pageSize: 100,
  mostUnsigned: 200,
});
await builder.run(new AbortController().signal);
