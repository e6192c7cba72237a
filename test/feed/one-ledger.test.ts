import { holdToOneLedger } from '../../src/feed/one-ledger.js';
import { envelope, newStream } from '../event-store/envelopes.js';
import { InMemoryEventStore } from '../event-store/in-memory.js';
import { InMemoryReadModels } from '../read-models/in-memory.js';

async function logOf(ledger: string): Promise<InMemoryEventStore> {
  const log = new InMemoryEventStore();
  const stream = newStream();
  await log.append(stream, 'none', [{ ...envelope(stream, 0), ledger: ledger as never }]);
  return log;
}

const OURS = '11111111-1111-4111-8111-111111111111';
const THEIRS = '22222222-2222-4222-8222-222222222222';

test('read models that were opened with one ledger are refused to another, and stay as they are', async () => {
  const models = new InMemoryReadModels();
  await holdToOneLedger(new InMemoryEventStore(), models); // before anything is recorded, they are nobody's
  await holdToOneLedger(await logOf(OURS), models);
  await expect(holdToOneLedger(await logOf(THEIRS), models)).rejects.toMatchObject({
    name: 'OtherLedger',
    message: expect.stringContaining(`are of ledger ${OURS}`),
  });
  await holdToOneLedger(await logOf(OURS), models);
});
