import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RecordReceipt } from '../../src/contexts/billing/commands.js';
import { billingEvents } from '../../src/contexts/billing/events.js';
import { receipt } from '../../src/contexts/billing/receipt.js';
import { Catalogue } from '../../src/event-store/catalogue.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import { receiptId } from '../../src/kernel/ids.js';
import { evidenceNamedIn } from '../../src/ledger/evidence.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { LedgerUnavailable } from '../../src/ledger/outcome.js';
import { openSqliteVault } from '../../src/vault/sqlite/sqlite-vault.js';
import type { Vault } from '../../src/vault/vault.js';
import { actor, party } from '../given.js';
import { log, request, setup } from './setup.js';

const [BANK, PAYER, PAYEE] = [party('bank'), party('payer'), party('payee')];
const HOUR = 60 * 60_000;
const IBAN = 'SA0380000000608010167519';

let folder: string;
let vault: Vault;
const key = randomBytes(32);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sijill-evidence-'));
  vault = openSqliteVault(join(folder, 'vault.db'), key);
});
afterEach(async () => {
  await vault.close();
  rmSync(folder, { recursive: true });
});
async function restart(): Promise<void> {
  await vault.close();
  vault = openSqliteVault(join(folder, 'vault.db'), key);
}

const billing = () =>
  setup({ catalogue: new Catalogue(billingEvents), keepEvidence: (commitments, of) => vault.keep(commitments, of) });

/** As the shell does: sealed first, then decided. */
async function record(ledger: Ledger, name: string, amount = '115.00', account = IBAN, sealer = vault) {
  const facts = { payer: PAYER, payee: PAYEE, amount, currency: 'SAR', channel: 'sadad', sector: 'general' };
  const sourceAccount = await sealer.seal(PAYER, 'sourceAccount', account, receiptId(BANK, 'TX-1'));
  const command = new RecordReceipt(
    receiptId(BANK, 'TX-1'),
    { bank: BANK, reference: 'TX-1', ...facts, paidOn: '2026-03-01' as BusinessDate, sourceAccount, match: null },
    request(name, { actor: actor('bank', 'bank', BANK) }),
  );
  return { sourceAccount, outcome: await ledger.execute(receipt, command) };
}

describe("what an event's evidence commits to (DESIGN.md, Envelope)", () => {
  test('is in the vault before the event is in the log', async () => {
    const { store, ledger } = billing();
    let before: unknown;
    store.onAppend = async ({ events }) => {
      before = await vault.open(events[0]!.evidence[0]!);
    };
    const { sourceAccount, outcome } = await record(ledger, 'k');
    expect(outcome.kind).toBe('accepted');
    expect(before).toMatchObject({ person: PAYER, value: IBAN });
    expect((await log(store))[0]?.event).toMatchObject({ evidence: [sourceAccount], data: { sourceAccount } });
  });

  test('of a refused command is never stored', async () => {
    const { store, ledger } = billing();
    const { sourceAccount, outcome } = await record(ledger, 'k', '0.00');
    expect(outcome.kind).toBe('refused');
    await restart();
    expect(await vault.open(sourceAccount)).toBeUndefined();
    expect(JSON.stringify(await log(store))).not.toContain(sourceAccount);
  });

  test('is the same when the command comes again, after a restart too: the same facts are no conflict', async () => {
    const { process, ledger } = billing();
    const first = await record(ledger, 'k');
    await restart();
    const again = await record(process(), 'k');
    expect(again.sourceAccount).toBe(first.sourceAccount);
    expect(again.outcome).toMatchObject({ kind: 'accepted', revision: 0, repeated: true });
    // Under another key, too: the bank's reference counts once.
    const other = await record(process(), 'another key');
    expect(other.outcome).toMatchObject({ event: { type: 'billing.ReceiptRecorded' }, repeated: true });
  });

  test('of a conflicting account is kept beside the first', async () => {
    const { process, ledger } = billing();
    const first = await record(ledger, 'k');
    const other = await record(process(), 'l', '115.00', 'SA4420000001234567891234');
    expect(other.outcome).toMatchObject({ event: { type: 'billing.ReceiptConflictRecorded' } });
    await restart();
    expect(await vault.open(first.sourceAccount)).toMatchObject({ value: IBAN });
    expect(await vault.open(other.sourceAccount)).toMatchObject({ value: 'SA4420000001234567891234' });
  });

  test('is stored for ever once the event is there, and no longer looked at', async () => {
    const { store, ledger } = billing();
    const { sourceAccount } = await record(ledger, 'k');
    await restart();
    const asked: string[] = [];
    await vault.sweep(async (of) => asked.push(of) > 0);
    expect([asked, await vault.open(sourceAccount)]).toEqual([[], expect.objectContaining({ value: IBAN })]);
    expect(await log(store)).toHaveLength(1);
  });

  test('of an append whose answer was lost for good waits, and a look finds its event', async () => {
    const { store, ledger } = billing();
    store.onAppend = () => 'written';
    await expect(record(ledger, 'k')).rejects.toBeInstanceOf(LedgerUnavailable);
    const sourceAccount = await vault.seal(PAYER, 'sourceAccount', IBAN, receiptId(BANK, 'TX-1'));
    await restart();
    expect(await vault.sweep(evidenceNamedIn(store), 0)).toEqual({ named: 1, removed: 0, waiting: 0 });
    await vault.sweep(evidenceNamedIn(store), HOUR);
    expect(await vault.open(sourceAccount)).toMatchObject({ value: IBAN });
    // The client repeats its command: the first answer again, and the value is there.
    store.onAppend = () => undefined;
    expect((await record(ledger, 'k')).outcome).toMatchObject({ kind: 'accepted', repeated: true });
  });

  test('of a command that lost its place and was decided otherwise is gone at once', async () => {
    const { store, process, ledger } = billing();
    const other = process();
    let isFirst = true;
    store.onAppend = async () => {
      if (!isFirst) return;
      isFirst = false;
      await record(other, 'l', '115.00', IBAN); // the same reference, a moment earlier
    };
    const { sourceAccount, outcome } = await record(ledger, 'k', '115.00', IBAN);
    expect(outcome).toMatchObject({ kind: 'accepted', repeated: true });
    await restart();
    expect(await vault.sweep(evidenceNamedIn(store), 0)).toEqual({ named: 0, removed: 0, waiting: 0 });
    expect(await vault.open(sourceAccount)).toBeDefined();
  });

  test('cannot be stored: nothing is appended, 503, and the same command goes through later', async () => {
    const { store, process } = billing();
    const failing = process({ keepEvidence: () => Promise.reject(new LedgerUnavailable('the vault is full')) });
    await expect(record(failing, 'k')).rejects.toBeInstanceOf(LedgerUnavailable);
    expect(await log(store)).toEqual([]);
    expect((await record(process(), 'k')).outcome).toMatchObject({ kind: 'accepted', repeated: false });
  });

  test('was never sealed: the event is not appended', async () => {
    const { store, ledger } = billing();
    const other = openSqliteVault(join(folder, 'other.db'), key);
    await expect(record(ledger, 'k', '115.00', IBAN, other)).rejects.toMatchObject({ code: 'VAULT_UNAVAILABLE' });
    await other.close();
    expect(await log(store)).toEqual([]);
  });

  test('has nowhere to go in a ledger without a vault: the event is not appended', async () => {
    const { store, ledger } = setup({ catalogue: new Catalogue(billingEvents) });
    await expect(record(ledger, 'k')).rejects.toThrow('no vault');
    expect(await log(store)).toEqual([]);
  });
});
