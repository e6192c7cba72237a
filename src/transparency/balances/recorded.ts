import type { EventReader } from '../../event-store/event-store.js';
import type { Envelope } from '../../kernel/envelope.js';
import { streamName, type LedgerId } from '../../kernel/ids.js';
import { isOfThisForm } from './note.js';

/** A root over all balances, as it is recorded (`proofs.BalancesSigned`). */
export interface Recorded {
  readonly events: number;
  readonly lines: number;
  readonly root: string;
  readonly note: string;
}

type Stream = Pick<EventReader, 'readStream'>;

const streamOf = (ledger: LedgerId) => streamName('_balances', ledger);
const recordedIn = ({ data }: Envelope): Recorded => data as Recorded;

/** The last one; undefined: there is none yet. */
export async function lastRecorded(reader: Stream, ledger: LedgerId): Promise<Recorded | undefined> {
  const [last] = await reader.readStream(streamOf(ledger), { direction: 'backwards', limit: 1 });
  return last && recordedIn(last.event);
}

/** The first one that counts the event of a sequence, by halving the stream; undefined: none does yet. */
export async function firstCounting(reader: Stream, ledger: LedgerId, sequence: number): Promise<Recorded | undefined> {
  const stream = streamOf(ledger);
  const [last] = await reader.readStream(stream, { direction: 'backwards', limit: 1 });
  if (last === undefined || recordedIn(last.event).events <= sequence) return undefined;
  let [from, to, found] = [0, last.event.revision, recordedIn(last.event)];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const [at] = await reader.readStream(stream, { from: BigInt(middle), limit: 1 });
    const recorded = recordedIn(at!.event);
    if (recorded.events > sequence) [to, found] = [middle, recorded];
    else from = middle + 1;
  }
  return found;
}

const PAGE = 256;

/** All of today's form that count no more than so many events, in their order. */
export async function* recordedUpTo(reader: Stream, ledger: LedgerId, events: number): AsyncGenerator<Recorded> {
  for (let from = 0n; ; from += BigInt(PAGE)) {
    const page = await reader.readStream(streamOf(ledger), { from, limit: PAGE });
    for (const { event } of page) {
      const recorded = recordedIn(event);
      if (recorded.events > events) return;
      if (isOfThisForm(recorded.note)) yield recorded;
    }
    if (page.length < PAGE) return;
  }
}
