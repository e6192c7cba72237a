/** A ledger on a real file with a small cast, for runs that need no server: what its commands are sent with. */
import { join } from 'node:path';
import { openEventStore } from '../../src/adapters.js';
import { catalogue, RULE_SET } from '../../src/composition.js';
import { readConfiguration, type Configuration } from '../../src/config/configuration.js';
import { DraftDebt, RecordProceeding, RegisterDebt, type DebtCommand } from '../../src/contexts/debts/commands.js';
import { debt } from '../../src/contexts/debts/debt.js';
import { canonicalJson, sha256 } from '../../src/event-store/canonical.js';
import type { EventStore } from '../../src/event-store/event-store.js';
import { addDays, parseBusinessDate, type BusinessDate } from '../../src/kernel/calendar.js';
import { systemClock } from '../../src/kernel/clock.js';
import type { Command, CommandRequest, Issued } from '../../src/kernel/decider.js';
import {
  aggregateId,
  commandId,
  NAMESPACE,
  uuid5,
  type ActorId,
  type PartyId,
  type Uuid,
} from '../../src/kernel/ids.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { openLedger } from '../../src/ledger/open-ledger.js';
import { programVersion, SnapshotFile } from '../../src/ledger/snapshots.js';
import { CREDITORS } from '../cast.js';

const FIRST_DAY = parseBusinessDate('2016-01-01');
const DAYS = 3_000;
const ALL_DAYS = Array.from({ length: DAYS }, (_, days) => addDays(FIRST_DAY, days));

/** Pseudonyms, as the edge keeps those of the tokens that it has seen. */
const ACTORS = Object.fromEntries(
  ['officer', 'registrar'].map((subject) => [subject, `actor_${uuid5(NAMESPACE.aggregate, 'bench', subject)}`]),
) as Record<'officer' | 'registrar', ActorId>;

/** The configuration of the ledger in a folder, by this process's environment. */
export const configurationOf = (folder: string): Configuration =>
  readConfiguration({ ...process.env, SIJILL_DATA: folder });

export interface World {
  readonly store: EventStore;
  readonly ledger: Ledger;
  close(): Promise<void>;
}

/** As the server has it. @param cacheMiB memory for cached aggregates */
export async function openWorld(folder: string, cacheMiB = 64): Promise<World> {
  const store = await openEventStore(configurationOf(folder));
  const version = programVersion(new URL('../../src/', import.meta.url));
  const snapshots = new SnapshotFile(join(folder, 'snapshots'), version, console.error);
  const ledger = await openLedger({
    store,
    snapshots,
    catalogue,
    clock: systemClock(),
    ruleSet: RULE_SET,
    backdatingDays: 30,
    cacheBytes: cacheMiB * 2 ** 20,
    environment: 'development',
    logOrigin: 'sijill.localhost/ledger',
  });
  const close = async (): Promise<void> => {
    await store.close();
    snapshots.close();
  };
  return { store, ledger, close };
}

/** Executes one command and insists that it is accepted. */
export async function accept({ ledger }: World, command: DebtCommand & Issued<string, unknown>): Promise<void> {
  const outcome = await ledger.execute(debt, command);
  if (outcome.kind === 'refused') throw new Error(`${command.type} was refused by ${outcome.code}`);
}

/** Runs `one` for 0 … count - 1, as many at a time as there are callers. */
export async function inParallel(callers: number, count: number, one: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const call = async (): Promise<void> => {
    while (next < count) await one(next++);
  };
  await Promise.all(Array.from({ length: callers }, call));
}

/** The n-th debt, whose id, creditor, amount and day follow from n. */
export function draftOf(n: number): DraftDebt {
  const creditor = creditorOf(n);
  const data = {
    debtor: `party_${uuid5(NAMESPACE.aggregate, 'bench debtor', n)}` as PartyId,
    creditor,
    amount: `${1 + ((n * 7919) % 1000)}.50`,
    currency: 'SAR',
    ground: 'fine',
    sector: 'general',
  };
  const request = requestOf(`draft-${n}`, 'POST /v1/debts', { type: 'DraftDebt', data }, 'officer', creditor);
  return new DraftDebt(aggregateId(request.id), data, { ...request, effectiveOn: dayOf(n) });
}

export function registrationOf(n: number, id: Uuid): RegisterDebt {
  const command = { type: 'RegisterDebt', data: {} } as const;
  const request = requestOf('register', id, command, 'registrar', creditorOf(n));
  return new RegisterDebt(id, {}, { ...request, effectiveOn: dayOf(n) });
}

/** @param key tells the proceedings of one debt apart */
export function proceedingOf(n: number, id: Uuid, key: string | number): RecordProceeding {
  const data = { kind: 'notice-served', on: dayOf(n) };
  const request = requestOf(`proceeding-${key}`, id, { type: 'RecordProceeding', data }, 'officer', creditorOf(n));
  return new RecordProceeding(id, data, request);
}

const creditorOf = (n: number): PartyId => CREDITORS[n % CREDITORS.length] as PartyId;

const dayOf = (n: number): BusinessDate => ALL_DAYS[(n * 31) % DAYS] as BusinessDate;

/** As the edge would make it of a request. @param key tells the commands of one target apart */
export function requestOf(
  key: string,
  target: string,
  { type, data }: Pick<Command, 'type' | 'data'>,
  subject: keyof typeof ACTORS,
  party: PartyId,
): CommandRequest {
  const id = commandId(`bench/${subject}`, party, target, key);
  return {
    id,
    digest: sha256(canonicalJson({ type, data })),
    actor: { id: ACTORS[subject], role: 'importer', actingFor: party, client: 'bench' },
    source: 'import',
    mayBackdate: true,
    correlation: id,
  };
}
