/** What of an event can only be equal: each fact is a key of six characters, which says most of what there is to say. */
import type { Envelope } from '../../src/kernel/envelope.js';
import { isRefused, type Act, type Facets } from './facets.js';

/** In the order in which the characters of base64 are numbered. */
export const ALPHABET: readonly string[] = Array.from(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
);
export const KEY_LENGTH = 6;

const LAST_GROUP = 12;
const HYPHEN = 45;
const endsWithUuid = (text: string): boolean =>
  text.length >= 36 && text.charCodeAt(text.length - LAST_GROUP - 1) === HYPHEN;
/** Two characters for twelve bits. */
const PAIRS = ALPHABET.flatMap((first) => ALPHABET.map((second) => first + second));

/** By the kind of the fact: the same text as two kinds is two keys. */
export const factKey = {
  id: (id: string) => keyOf('i', id),
  flow: (correlation: string) => keyOf('f', correlation),
  cause: (causation: string) => keyOf('c', causation),
  actor: (actor: string) => keyOf('a', actor),
  type: (type: string) => keyOf('t', type),
  /** What one actor did of one type: each alone may be everywhere, and both together nowhere. */
  typeBy: (actor: string, type: string) => keyOf(type, actor),
  act: (actor: string, act: Act) => keyOf(act, actor),
  party: (party: string) => keyOf('p', party),
  entity: (entity: string) => keyOf('e', entity),
  currency: (currency: string) => keyOf('m', currency),
  rule: (rule: string) => keyOf('r', rule),
  about: (id: string) => keyOf('x', id),
  refused: keyOf('refused', ''),
};

/** Each once, but for two facts that happen to share a key. */
export function keysOf(event: Envelope, facets: Facets): readonly string[] {
  const { id, type, actor, causation, correlation } = event;
  const keys = [
    factKey.id(id),
    factKey.flow(correlation),
    factKey.actor(actor.id),
    factKey.type(type),
    factKey.typeBy(actor.id, type),
  ];
  if (causation !== undefined) keys.push(factKey.cause(causation));
  if (facets.act !== undefined) keys.push(factKey.act(actor.id, facets.act));
  if (isRefused(event)) keys.push(factKey.refused);
  for (const party of facets.parties) keys.push(factKey.party(party));
  for (const entity of facets.entities) keys.push(factKey.entity(entity));
  for (const currency of facets.currencies) keys.push(factKey.currency(currency));
  for (const rule of facets.rules) keys.push(factKey.rule(rule));
  for (const id of facets.about) keys.push(factKey.about(id));
  return keys;
}

/**
 * 36 bits of a text: two multiplicative hashes side by side, mixed at the end (cyrb53 of github.com/bryc/code, public
 * domain). Of a UUID the last group alone has more bits than that. Stored: it never changes without a new version of the
 * model. Two texts may share a key: what is found is compared with the event itself.
 */
export function keyOf(kind: string, text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < kind.length; i++) {
    const unit = kind.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  for (let i = endsWithUuid(text) ? text.length - LAST_GROUP : 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return PAIRS[a & 4095]! + PAIRS[(a >>> 12) & 4095]! + PAIRS[b & 4095]!;
}
