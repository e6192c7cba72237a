import type { EventReader } from '../../event-store/event-store.js';
import { wholeHead } from '../../event-store/whole-head.js';
import type { Projection } from '../../feed/consumers.js';
import type { ReadModelReader } from '../../read-models/read-models.js';
import { duration, grouped } from '../progress.js';
import { error, note, ok, warning, type Found } from './findings.js';

/** How far ahead of this machine's clock another one's may be. */
const SKEW_MS = 2_000;
/** What is further behind does not answer `/health/ready` either. */
const MOST_BEHIND = 10_000;

/** The log's end, and whose it is. */
export interface Known {
  readonly ledger: string;
  /** As its first event says; undefined: it does not say. */
  readonly environment: string | undefined;
  readonly count: number;
}

/** @returns undefined where there is no event yet */
export async function knownOf(reader: EventReader): Promise<Known | undefined> {
  const [first] = (await reader.readAll({ limit: 1 })).events;
  if (first === undefined) return undefined;
  const { environment } = first.event.data as { readonly environment?: string };
  return { ledger: first.event.ledger, environment, count: (await wholeHead(reader)).count };
}

/** @param environment that of the settings */
export function eventFindings(known: Known | undefined, place: string, environment: string): readonly Found[] {
  if (known === undefined) return [note(`${place} holds no ledger yet: sijill serve begins one`)];
  const found = ok(`${place} answers: ${grouped(known.count)} events of the ledger ${known.ledger}`);
  if (known.environment === environment) return [found];
  return [
    found,
    warning(
      `the ledger was begun as ${String(known.environment)}, and SIJILL_ENVIRONMENT is ${environment}`,
      'see that this is the ledger that you mean; the log says what it is, and the setting is only for a new one',
    ),
  ];
}

/** Whether this machine's clock is where the last event was recorded, or later: a new event may not be recorded before. */
export async function clockFindings(reader: EventReader, now: number): Promise<readonly Found[]> {
  const last = await reader.last();
  if (last === undefined) return [ok(`it is ${new Date(now).toISOString()}`)];
  const ahead = Date.parse(last.event.recordedAt) - now;
  if (ahead <= SKEW_MS)
    return [ok(`it is ${new Date(now).toISOString()}; the last event is of ${last.event.recordedAt}`)];
  return [
    error(
      `this machine's clock is ${duration(ahead / 1_000)} behind the last event (${last.event.recordedAt})`,
      'set the clock (timedatectl set-ntp true); if it is right, the machine that wrote the event has a wrong one',
    ),
  ];
}

export async function consumerFindings(
  models: ReadModelReader,
  projections: readonly Projection[],
  policies: readonly string[],
  count: number,
): Promise<readonly Found[]> {
  const checkpoints = await models.checkpoints();
  const found: Found[] = [];
  const behind = (name: string, isPolicy: boolean): void => {
    const taken = checkpoints.get(name)?.count ?? 0;
    if (taken > count) {
      const todo = 'remove the read models (read-models.db*, or drop the database): the next start makes them again';
      found.push(error(`${name} has taken ${grouped(taken)} events, and the ledger has ${grouped(count)}`, todo));
    } else if (count - taken > MOST_BEHIND) {
      const todo = isPolicy
        ? 'start a server: nothing that follows from these events happens before'
        : 'start a server, or see in GET /v1/projections why it does not go on';
      found.push(warning(`${name} is ${grouped(count - taken)} events behind`, todo));
    } else if (count > taken) {
      found.push(note(`${name} is ${grouped(count - taken)} events behind`));
    }
  };
  for (const { name, model } of projections) {
    const version = await models.liveVersion(model);
    if (version !== undefined && version !== model.version) {
      found.push(note(`${name} is of version ${version}: the next start makes version ${model.version}`));
    } else behind(name, false);
  }
  for (const name of policies) behind(name, true);
  return found.length > 0 ? found : [ok(`all ${projections.length + policies.length} have taken every event`)];
}
