// Adds up the balances of a log that is signed, signs roots over them, and dies at one step of that: before it, or after.
import { createHash, createHmac } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [root = '', folder = '', origin = '', events = '', step = '', moment = ''] = process.argv.slice(2);
const load = (/** @type {string} */ path) => import(pathToFileURL(join(root, 'src', path)).href);
const { openSqliteEventStore } = await load('event-store/sqlite/sqlite-event-store.js');
const { streamName } = await load('kernel/ids.js');
const { openSqliteLogReader } = await load('transparency/sqlite/sqlite-log-storage.js');
const { openBalancesFile } = await load('transparency/balances/balances-file.js');
const { BalancesBuilder } = await load('transparency/balances/balances-builder.js');
const { LineSalts } = await load('transparency/balances/line.js');
const { balancesKey } = await load('transparency/balances/note.js');

const SEED = createHash('sha256').update('seed').digest();
const LEAF_KEY = createHash('sha256').update('leaf key').digest();
const saltOf = (/** @type {string} */ event) => createHmac('sha256', LEAF_KEY).update(event).digest('hex');

const die = () => process.kill(process.pid, 'SIGKILL');
/** How many of the calls of its step are let pass: it is to die in the middle of its work. */
let left = step === 'put' ? 40 : step === 'fold' ? 2 : 1;
/** @param {string} name @param {(...call: any[]) => any} work */
const fatal =
  (name, work) =>
  (/** @type {any[]} */ ...call) => {
    const isIt = name === step && left-- === 0;
    if (isIt && moment === 'before') die();
    const answer = work(...call);
    if (!isIt || moment === 'before') return answer;
    if (answer instanceof Promise) return answer.then(die);
    return die();
  };

const store = await openSqliteEventStore(join(folder, 'ledger.db'));
const [first] = (await store.readAll({ limit: 1 })).events;
const { event } = first;
const record = async (/** @type {any} */ data) => {
  const stream = streamName('_balances', event.ledger);
  const [last] = await store.readStream(stream, { direction: 'backwards', limit: 1 });
  const revision = last === undefined ? 0 : last.event.revision + 1;
  const id = `00000000-0000-4000-8000-${String(data.events).padStart(12, '0')}`;
  const next = { ...event, id, stream, revision, type: 'proofs.BalancesSigned', entries: [], data };
  await store.append(stream, revision === 0 ? 'none' : BigInt(revision - 1), [next]);
};
const file = openBalancesFile(join(folder, 'balances.db'));
const doomed = new Proxy(file, {
  get: (target, name) => {
    const found = target[name];
    return typeof found === 'function' ? fatal(String(name), found.bind(target)) : found;
  },
});
const builder = new BalancesBuilder({
  ledger: event.ledger,
  reader: store,
  file: doomed,
  log: openSqliteLogReader(join(folder, 'transparency.db')),
  key: balancesKey(origin, SEED),
  salts: new LineSalts(LEAF_KEY, saltOf),
  record: fatal('record', record),
  head: () => Number(events),
  now: () => Date.parse('2199-01-01'),
  tell: () => undefined,
  paceMs: 1,
  rests: [0, 0],
});
await builder.run(new AbortController().signal);
