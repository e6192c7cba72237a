/* An event as it is stored for ever, and what the log holds of it. */
import { hash } from 'node:crypto';
import { isList, objectOf, parseCanonical, textOf, type Json } from './canonical.js';
import { HEX_32, prove } from './fault.js';
import { leafHash } from './merkle.js';

export interface Event {
  readonly ledger: string;
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly effectiveOn: string;
  readonly recordedAt: string;
  readonly entries: readonly Entry[];
  /** Commitments to what is kept apart: SHA-256, base64url or, before that, hex. */
  readonly evidence: readonly string[];
}

/** So much leaves one account and reaches another, within one entity. */
export interface Entry {
  readonly debit: Leg;
  readonly credit: Leg;
  readonly currency: string;
  /** More than zero, in the minor unit that the amount's decimals say. */
  readonly minor: bigint;
  readonly decimals: number;
}

export interface Leg {
  readonly account: string;
  readonly entity: string;
  /** With the entity among them. */
  readonly dims: { readonly [name: string]: Json };
}

const AMOUNT = /^(0|[1-9][0-9]*)(?:\.([0-9]{1,4}))?$/;

/**
 * @param bytes canonical
 * @throws NotProved for what is no event of a ledger, or has an entry that does not balance
 */
export function eventOf(bytes: Buffer): Event {
  const event = objectOf(parseCanonical(bytes), 'the event');
  const id = textOf(event['id'], 'its id');
  const of = `event ${id}`;
  const { v, revision, entries, evidence } = event;
  prove(v === 1, `${of} has another form than the one known here: its v is not 1`);
  prove(typeof revision === 'number' && revision >= 0, `${of} has no revision`);
  prove(isList(entries ?? null) && isList(evidence ?? null), `${of} has no list of entries and of evidence`);
  const field = (name: string): string => textOf(event[name], `${name} of ${of}`);
  return {
    id,
    revision,
    ledger: field('ledger'),
    stream: field('stream'),
    type: field('type'),
    effectiveOn: field('effectiveOn'),
    recordedAt: field('recordedAt'),
    entries: (entries as readonly Json[]).map((each, n) => entryOf(each, `entry ${n} of ${of}`)),
    evidence: (evidence as readonly Json[]).map((each) => textOf(each, `evidence of ${of}`)),
  };
}

function entryOf(value: Json, what: string): Entry {
  const entry = objectOf(value, what);
  const [, whole, decimals = ''] = AMOUNT.exec(textOf(entry['amount'], `amount of ${what}`)) ?? [];
  prove(whole !== undefined, `${what} has no amount`);
  const minor = BigInt(whole + decimals);
  prove(minor > 0n, `${what} is of nothing`);
  const [debit, credit] = [legOf(entry['debit'], what), legOf(entry['credit'], what)];
  prove(debit.entity === credit.entity, `${what} lies between two entities`);
  return {
    debit,
    credit,
    currency: textOf(entry['currency'], `currency of ${what}`),
    minor,
    decimals: decimals.length,
  };
}

function legOf(value: Json | undefined, what: string): Leg {
  const leg = objectOf(value, `a leg of ${what}`);
  const dims = objectOf(leg['dims'], `dims of ${what}`);
  const account = textOf(leg['account'], `account of ${what}`);
  return { account, entity: textOf(dims['entity'], `entity of ${what}`), dims };
}

/**
 * The hash of what the log holds of an event: `{h, ledger, seq, v}` with h = SHA-256(salt ‖ event), so that the log says
 * nothing of it to whoever has not the salt.
 * @throws NotProved for what is no salt
 */
export function leafOf(event: Buffer, { ledger }: Event, sequence: number, salt: string): Buffer {
  const h = saltedHash(salt, event, `the salt of ${sequence}`);
  return leafHash(`{"h":"${h}","ledger":"${ledger}","seq":${sequence},"v":1}`);
}

let salted = Buffer.alloc(64 * 1024);

/**
 * SHA-256(salt ‖ bytes), in hex.
 * @param salt in hex
 * @throws NotProved for what is no salt
 */
export function saltedHash(salt: string, bytes: Buffer, what: string): string {
  prove(HEX_32.test(salt), `${what} is not 32 bytes in lower-case hex`);
  const length = 32 + bytes.length;
  if (length > salted.length) salted = Buffer.alloc(2 * length);
  salted.write(salt, 'hex');
  salted.set(bytes, 32);
  return hash('sha256', salted.subarray(0, length), 'hex');
}
