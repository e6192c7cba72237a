import { closed } from '../../event-store/schemas.js';
import { defineJob, type Job, type Run } from '../../jobs/jobs.js';
import { uuidOf, type EventId, type PartyId } from '../../kernel/ids.js';
import type { Vault } from '../../vault/vault.js';
import type { Duties } from './duties.js';

/** An erasure that a second person approved. */
export interface DueErasure {
  readonly party: PartyId;
  readonly request: EventId;
  /** Of the approval, in milliseconds since 1970, and its sequence. */
  readonly approvedAt: number;
  readonly sequence: number;
}

/** A party whose data the log says are destroyed. */
export interface ErasedParty {
  readonly party: PartyId;
  /** The sequence of its PartyErased. */
  readonly erasedAt: number;
}

/** What the job asks of the read models. */
export interface Erasures {
  due(readModels: Run['readModels']): Promise<readonly DueErasure[]>;
  /** Those whose erasure has this sequence or a larger one, in that order; some at once. */
  erased(readModels: Run['readModels'], from: number): Promise<readonly ErasedParty[]>;
  /** @returns undefined: the read models have not folded the approval yet */
  duties(readModels: Run['readModels'], due: DueErasure): Promise<Duties | undefined>;
}

/**
 * Whatever was decided before an approval is written, or given up, within these milliseconds, and then the read models
 * know it (docs/adr/0034).
 */
const SETTLING_MS = 15_000;

/**
 * Has the vault destroy what two people decided to, and then says so in the log: after a crash in between the next run
 * does the same again, which changes nothing. And whoever the log says was erased is erased in this vault too: it may have
 * been restored from a back-up.
 */
export function keepErasures(find: Erasures, vault: Pick<Vault, 'erase' | 'isErased'>): Job {
  /** All whose erasure has a smaller sequence are known to be erased in this vault; by this process. */
  let checked = 0;
  return defineJob({
    name: 'keep-erasures',
    schema: closed({}),
    repeats: [
      { key: 'often', cron: '*/10 * * * * *', data: {}, missed: 'latest' },
      { key: 'daily', cron: '30 3 * * *', data: {}, missed: 'latest' },
    ],
    async handle(run) {
      if (run.key === 'daily') checked = 0;
      for (const due of await find.due(run.readModels)) {
        if (run.at < due.approvedAt + SETTLING_MS) continue;
        const { party, request } = due;
        const duties = await find.duties(run.readModels, due);
        if (duties === undefined) continue;
        const target = uuidOf(party);
        const confirmed = await run.send({ type: 'ConfirmErasure', target, data: { request, duties } });
        if (confirmed.kind !== 'accepted' || confirmed.state.state !== 'erasing') continue;
        await vault.erase(party);
        await run.send({ type: 'CompleteErasure', target, data: { request } }, { once: request });
      }
      for (;;) {
        const page = await find.erased(run.readModels, checked);
        for (const { party, erasedAt } of page) {
          run.signal.throwIfAborted();
          if (!(await vault.isErased(party))) await vault.erase(party);
          checked = erasedAt + 1;
        }
        if (page.length === 0) return;
      }
    },
  });
}
