import { Carried } from '../../examples/road-fines/carried.js';
import type { Uuid } from '../../src/kernel/ids.js';
import type { Outcome } from '../../src/ledger/outcome.js';

const DEBT = '0d5a5c5e-0000-5000-8000-000000000001' as Uuid;
const OTHER = '0d5a5c5e-0000-5000-8000-000000000002' as Uuid;
const PATIENCE = 60_000;

const at = (id: Uuid, revision: number): Outcome => ({
  kind: 'accepted',
  id,
  revision,
  state: { state: 'outstanding' },
  repeated: false,
});

/** Whether it has resolved once everything that is due has run. */
const isOver = async (promise: Promise<void>): Promise<boolean> => {
  let over = false;
  void promise.then(() => (over = true));
  await new Promise((resolve) => setImmediate(resolve));
  return over;
};

test('nobody waits for a debt that no receipt is on its way to', async () => {
  expect(await isOver(new Carried().arrival(DEBT, PATIENCE))).toBe(true);
});

test('the policy that applies the receipt wakes who waits for that debt at that revision, and nobody else', async () => {
  const carried = new Carried();
  carried.expect(DEBT, 3);
  carried.expect(OTHER, 3);
  const arrival = carried.arrival(DEBT, PATIENCE);
  carried.onOutcome('RecordProceeding', at(DEBT, 3));
  carried.onOutcome('ApplyReceipt', at(DEBT, 2)); // a receipt before that one
  expect(await isOver(arrival)).toBe(false);
  carried.onOutcome('ApplyReceipt', at(DEBT, 3));
  expect(await isOver(arrival)).toBe(true);
  expect(await isOver(carried.arrival(DEBT, PATIENCE))).toBe(true);
  const other = carried.arrival(OTHER, PATIENCE);
  expect(await isOver(other)).toBe(false);
  carried.onOutcome('ApplyReceipt', at(OTHER, 3));
  expect(await isOver(other)).toBe(true);
});

test('of two receipts on their way the second counts', async () => {
  const carried = new Carried();
  carried.expect(DEBT, 3);
  carried.expect(DEBT, 4);
  const arrival = carried.arrival(DEBT, PATIENCE);
  carried.onOutcome('ApplyReceipt', at(DEBT, 3));
  expect(await isOver(arrival)).toBe(false);
  carried.onOutcome('ApplyReceipt', at(DEBT, 4));
  expect(await isOver(arrival)).toBe(true);
});

test('patience ends: what comes next then asks the ledger itself', async () => {
  const carried = new Carried();
  carried.expect(DEBT, 3);
  await carried.arrival(DEBT, 0);
  expect(await isOver(carried.arrival(DEBT, PATIENCE))).toBe(true);
});
