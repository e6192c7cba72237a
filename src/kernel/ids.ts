import { hash } from 'node:crypto';
import type { Brand } from './brand.js';
import { InvalidValue } from './invalid-value.js';
import { foldDigits, isNationalId } from './identifiers.js';

export type Uuid = Brand<string, 'Uuid'>;
export type EventId = Brand<Uuid, 'EventId'>;
export type CommandId = Brand<Uuid, 'CommandId'>;
export type LedgerId = Brand<Uuid, 'LedgerId'>;
/** A person, establishment or entity, as the log knows it: `party_` + UUID. The vault knows who it is. */
export type PartyId = Brand<`party_${string}`, 'PartyId'>;
/** Who acts: the pseudonym of a token's subject, `actor_` + UUID. */
export type ActorId = Brand<`actor_${string}`, 'ActorId'>;
/** `<category>-<uuid>`; a category has no hyphen, and one that begins with `_` holds our own bookkeeping. */
export type StreamName = Brand<`${string}-${string}`, 'StreamName'>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const CATEGORY = /^_?[a-z][a-zA-Z0-9]*$/;

export const isUuid = (text: string): text is Uuid => UUID.test(text);

export function parseUuid(text: string, what = 'id'): Uuid {
  if (!isUuid(text)) throw new InvalidValue('NOT_A_UUID', `${what} must be a lower-case UUID`);
  return text;
}

/** @throws InvalidValue `PARTY_IS_NATIONAL_ID` where personal data stands in a pseudonym's place (domain.md §2). */
export function parsePartyId(text: string, what = 'party'): PartyId {
  if (isPartyId(text)) return text;
  if (isNationalId(foldDigits(text.replace(/^party_/, '')))) {
    throw new InvalidValue(
      'PARTY_IS_NATIONAL_ID',
      `${what} must be an opaque id, "party_" and a UUID; a national ID or Iqama never enters the ledger`,
    );
  }
  throw new InvalidValue('NOT_A_PARTY', `${what} must be "party_" and a lower-case UUID`);
}

export const isActorId = (text: string): text is ActorId => text.startsWith('actor_') && UUID.test(text.slice(6));

/** What a party's pseudonym is made of: what is refused of a party is recorded under it. */
export const uuidOf = (party: PartyId): Uuid => party.slice('party_'.length) as Uuid;
export const isPartyId = (text: string): text is PartyId => text.startsWith('party_') && UUID.test(text.slice(6));

/**
 * RFC 9562 name-based UUID (version 5) of any list of texts. The parts are joined as a JSON array, so that no two
 * different lists share a name.
 */
export function uuid5(namespace: Uuid, ...parts: readonly (string | number | null)[]): Uuid {
  return nameBased(namespace, JSON.stringify(parts));
}

/** The sixteen bytes of each namespace that was used; there are few. */
const namespaces = new Map<Uuid, Buffer>();
/** Namespace and name, side by side: ids are made many times for each command. */
const scratch = Buffer.alloc(1_024);

/** RFC 9562 version 5 of one name, exactly as the RFC has it. */
export function nameBased(namespace: Uuid, name: string): Uuid {
  let prefix = namespaces.get(namespace);
  if (prefix === undefined) namespaces.set(namespace, (prefix = Buffer.from(namespace.replaceAll('-', ''), 'hex')));
  // A UTF-8 text has at most three bytes for each UTF-16 unit.
  const bytes = 16 + 3 * name.length <= scratch.length ? scratch : Buffer.alloc(16 + 3 * name.length);
  bytes.set(prefix);
  const end = 16 + bytes.write(name, 16);
  const digest = hash('sha1', bytes.subarray(0, end), 'hex');
  const variant = ((parseInt(digest.slice(16, 18), 16) & 0x3f) | 0x80).toString(16) + digest.slice(18, 20);
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-${variant}-${digest.slice(20, 32)}` as Uuid;
}

/**
 * The namespaces under which the ledger names things. They are part of every stored id: never change one.
 * Each is itself uuid5(DNS namespace, "<name>.sijill").
 */
export const NAMESPACE = {
  command: nameBased('6ba7b810-9dad-11d1-80b4-00c04fd430c8' as Uuid, 'command.sijill'),
  event: nameBased('6ba7b810-9dad-11d1-80b4-00c04fd430c8' as Uuid, 'event.sijill'),
  aggregate: nameBased('6ba7b810-9dad-11d1-80b4-00c04fd430c8' as Uuid, 'aggregate.sijill'),
  receipt: nameBased('6ba7b810-9dad-11d1-80b4-00c04fd430c8' as Uuid, 'receipt.sijill'),
  balance: nameBased('6ba7b810-9dad-11d1-80b4-00c04fd430c8' as Uuid, 'balance.sijill'),
  policy: nameBased('6ba7b810-9dad-11d1-80b4-00c04fd430c8' as Uuid, 'policy.sijill'),
  subscription: nameBased('6ba7b810-9dad-11d1-80b4-00c04fd430c8' as Uuid, 'subscription.sijill'),
  employment: nameBased('6ba7b810-9dad-11d1-80b4-00c04fd430c8' as Uuid, 'employment.sijill'),
  job: nameBased('6ba7b810-9dad-11d1-80b4-00c04fd430c8' as Uuid, 'job.sijill'),
  periods: nameBased('6ba7b810-9dad-11d1-80b4-00c04fd430c8' as Uuid, 'periods.sijill'),
} as const;

/**
 * @param sender who sends it: a text that only the holder of the ledger's key can work out of a person (docs/adr/0013)
 * @param target the aggregate that the command addresses, or the route that creates one (DESIGN.md, Ids)
 */
export const commandId = (sender: string, party: string | null, target: string, idempotencyKey: string): CommandId =>
  uuid5(NAMESPACE.command, sender, party, target, idempotencyKey) as CommandId;

export const policyCommandId = (event: EventId, policy: string, index: number, target: string): CommandId =>
  uuid5(NAMESPACE.policy, event, policy, index, target) as CommandId;

export const eventId = (command: CommandId, index: number): EventId =>
  uuid5(NAMESPACE.event, command, index) as EventId;

/** The id of an aggregate that a command creates. */
export const aggregateId = (command: CommandId): Uuid => uuid5(NAMESPACE.aggregate, command);

export const receiptId = (bank: PartyId, reference: string): Uuid => uuid5(NAMESPACE.receipt, bank, reference);

export const balanceId = (party: PartyId, entity: PartyId, currency: string): Uuid =>
  uuid5(NAMESPACE.balance, party, entity, currency);

/** One for each user and plan of an establishment; its terms are numbered inside (domain.md Q4, Q7). */
export const subscriptionId = (establishment: PartyId, user: PartyId, plan: string): Uuid =>
  uuid5(NAMESPACE.subscription, establishment, user, plan);

export const employmentId = (establishment: PartyId, user: PartyId): Uuid =>
  uuid5(NAMESPACE.employment, establishment, user);

/** The books of an entity by month and year. */
export const periodsId = (entity: string): Uuid => uuid5(NAMESPACE.periods, entity);

/** The command by which another command takes up the correction that it names. */
export const takingId = (command: CommandId): CommandId => uuid5(NAMESPACE.periods, command) as CommandId;

export function streamName(category: string, id: Uuid): StreamName {
  if (!CATEGORY.test(category)) throw new Error(`"${category}" is no stream category: letters and digits, no hyphen`);
  return `${category}-${id}` as StreamName;
}

export const categoryOf = (stream: StreamName): string => stream.slice(0, stream.indexOf('-'));

/** Streams whose events have no sequence: ours (`_`) and the server's (`$`). */
export const isBookkeeping = (stream: string): boolean => stream.startsWith('_') || stream.startsWith('$');
