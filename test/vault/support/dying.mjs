// Records a receipt with a sealed account number, and dies at its append: before or after the store has written it.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [root = '', folder = '', masterKey = '', moment = ''] = process.argv.slice(2);
const load = (/** @type {string} */ path) => import(pathToFileURL(join(root, 'src', path)).href);
const { receiptId } = await load('kernel/ids.js');
const { openSqliteVault } = await load('vault/sqlite/sqlite-vault.js');
const { openSqliteEventStore } = await load('event-store/sqlite/sqlite-event-store.js');
const { Catalogue } = await load('event-store/catalogue.js');
const { Ledger } = await load('ledger/ledger.js');
const { billingEvents } = await load('contexts/billing/events.js');
const { receipt } = await load('contexts/billing/receipt.js');
const { RecordReceipt } = await load('contexts/billing/commands.js');

const uuid = (/** @type {string} */ digit) =>
  `${digit.repeat(8)}-${digit.repeat(4)}-4${digit.repeat(3)}-8${digit.repeat(3)}-${digit.repeat(12)}`;
const die = () => process.kill(process.pid, 'SIGKILL');
const vault = openSqliteVault(join(folder, 'vault.db'), Buffer.from(masterKey, 'hex'));
const store = await openSqliteEventStore(join(folder, 'ledger.db'));
const fatal = {
  readStream: (/** @type {unknown[]} */ ...query) => store.readStream(...query),
  async append(/** @type {unknown[]} */ ...call) {
    if (moment === 'before') die();
    const appended = await store.append(...call);
    die();
    return appended;
  },
};
const ledger = new Ledger({
  store: fatal,
  catalogue: new Catalogue(billingEvents),
  clock: { now: () => Date.parse('2026-03-01T09:00:00Z') },
  id: uuid('1'),
  ruleSet: 'test',
  backdatingDays: 30,
  cacheBytes: 1_000_000,
  keepEvidence: (/** @type {string[]} */ commitments, /** @type {string} */ stream) => vault.keep(commitments, stream),
});

const payer = `party_${uuid('2')}`;
const sourceAccount = await vault.seal(payer, 'sourceAccount', 'SA0380000000608010167519', uuid('7'));
process.send?.(sourceAccount);
const facts = {
  payer,
  payee: `party_${uuid('3')}`,
  amount: '115.00',
  currency: 'SAR',
  channel: 'sadad',
  sector: 'general',
};
const bank = `party_${uuid('4')}`;
const request = {
  id: uuid('5'),
  digest: '1'.repeat(64),
  actor: { id: `actor_${uuid('6')}`, role: 'bank', actingFor: bank },
  source: 'api',
  mayBackdate: false,
  correlation: uuid('5'),
};
const data = { bank, reference: 'TX-1', ...facts, paidOn: '2026-03-01', sourceAccount, match: null };
await ledger.execute(receipt, new RecordReceipt(receiptId(bank, data.reference), data, request));
