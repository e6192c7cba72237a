import { randomUUID } from 'node:crypto';
import { commandId, NAMESPACE, streamName, uuid5, type ActorId, type LedgerId } from '../kernel/ids.js';
import { canonicalJson, sha256 } from '../event-store/canonical.js';
import { WrongRevision } from '../event-store/event-store.js';
import type { Envelope } from '../kernel/envelope.js';
import { chartOfAccounts, LedgerOpened } from './events.js';
import { Ledger, type LedgerOptions } from './ledger.js';
import { PatientStore } from './patient-store.js';
import { Stamp, type Stamped } from './stamping.js';

export interface OpeningOptions extends Omit<LedgerOptions, 'id'> {
  readonly environment: string;
  readonly logOrigin: string;
  /** The ledger that the vault belongs to; absent: none yet. */
  readonly vaultOf?: LedgerId | undefined;
}

/** The store holds something else than a ledger of this environment. It was left untouched. */
export class NotThisLedger extends Error {
  override readonly name = 'NotThisLedger';
}

/** The actor of what the ledger does by itself. */
export const SYSTEM_ACTOR = { id: `actor_${uuid5(NAMESPACE.policy, 'ledger')}` as ActorId, role: 'system' } as const;

/**
 * Opens the ledger that the store holds; in an empty store, begins one: event 0 is `LedgerOpened`.
 * @throws NotThisLedger, StoreUnavailable, LedgerUnavailable
 */
export async function openLedger({ environment, logOrigin, vaultOf, ...options }: OpeningOptions): Promise<Ledger> {
  const { events } = await options.store.readAll({ limit: 1 });
  const first = events[0]?.event;
  if (vaultOf !== undefined && first?.ledger !== vaultOf) {
    throw new NotThisLedger(
      `the vault belongs to the ledger ${vaultOf}, the store holds ${first === undefined ? 'none' : first.ledger}: ` +
        'restore both of one backup, or set SIJILL_DATA to another directory',
    );
  }
  if (first === undefined) return begin({ environment, logOrigin, ...options });
  if (first.type !== LedgerOpened.type) {
    throw new NotThisLedger(`the store's first event is ${first.type}: it holds no ledger`);
  }
  const opened = first as Envelope<string, LedgerOpened['data']>;
  if (opened.data.environment !== environment) {
    throw new NotThisLedger(
      `the store holds the ledger of the environment "${opened.data.environment}", not "${environment}": ` +
        'set SIJILL_ENVIRONMENT, or SIJILL_DATA to another directory',
    );
  }
  return new Ledger({ ...options, id: opened.ledger });
}

/** The same in every store, so that of two processes that begin one ledger at the same time only one does. */
const OPENING = streamName('ledger', uuid5(NAMESPACE.aggregate, 'ledger'));

async function begin({ environment, logOrigin, ...options }: Omit<OpeningOptions, 'vaultOf'>): Promise<Ledger> {
  const id = randomUUID() as LedgerId;
  const data: LedgerOpened['data'] = {
    ledger: id,
    environment,
    timeZone: 'Asia/Riyadh',
    chart: chartOfAccounts(),
    logOrigin,
  };
  const own = ownRequest('open', streamName('ledger', id), { type: 'OpenLedger', data });
  const stamp = new Stamp({ ...options, id });
  const event = { type: LedgerOpened.type, data, refs: {} };
  const opening = stamp.events(OPENING, -1, [event], { ...own, source: 'batch' }, stamp.today());
  try {
    await new PatientStore(options.store, options.catalogue).append(OPENING, -1, opening);
    return new Ledger({ ...options, id });
  } catch (error) {
    if (!(error instanceof WrongRevision)) throw error;
    return openLedger({ environment, logOrigin, ...options }); // another process was faster: it is that one's ledger
  }
}

/** The request under which the ledger records something of its own accord. */
export function ownRequest(name: string, stream: string, data: unknown): Stamped {
  const id = commandId('sijill/ledger', null, stream, name);
  const digest = sha256(canonicalJson(data));
  return { id, digest, actor: SYSTEM_ACTOR, source: 'clock', correlation: id };
}
