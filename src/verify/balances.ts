/*
 * What all accounts hold as of a sequence, under one signed root. The note (c2sp.org/signed-note) is signed by the log's
 * key under the name of the log with /balances behind it, and is no checkpoint:
 *
 *   ORIGIN/balances
 *   sijill-balances@v1
 *   events …                         all events before this sequence count, whatever their day
 *   log …                            the root of the log of so many events
 *   lines …                          accounts that hold something
 *   root …                           over their leaves
 *
 * An account is an account's code, a currency, and all dims of a leg. Its line is {"account","balance","currency","dims"},
 * its balance debits less credits; its leaf {"h","ledger","v"} with h = SHA-256(salt ‖ line). Who audits gets a key; under
 * it, by HMAC-SHA256, {"account","currency","dims"} gives an account's place, and that behind the salt of the event that
 * moved it last the salt of its line. The first two bytes of its place say in which of 2^16 buckets a leaf is. Each bucket
 * is the tree of RFC 6962 over its leaves in the order of their places; over the buckets' roots stands a perfect tree.
 *
 * A proof of balances is one text, for a party alone:
 *
 *   sijill-proof-of-balances@v1
 *   ledger …
 *   party …
 *
 *   line {…}                         and so on, for each account
 *   salt …
 *   left …, right …                  the path from the leaf to the root: what stands beside it
 *
 *   …                                the note
 */
import { createHmac } from 'node:crypto';
import { objectOf, parseCanonical, textOf } from './canonical.js';
import { saltedHash, type Entry, type Leg } from './event.js';
import { after, bytesOf, countOf, NotProved, prove } from './fault.js';
import { EMPTY, leafHash, node, Tally } from './merkle.js';
import { parseNote, renamed, signedBy, type Key } from './note.js';
import type { Policy } from './policy.js';

const HEADER = 'sijill-proof-of-balances@v1';
const MOST_CHARACTERS = 4 * 1024 * 1024;
const MOST_HASHES = 64;

/** A root whose signature was verified. */
export interface SignedBalances {
  /** Of the log; its key signed. */
  readonly log: Key;
  readonly events: number;
  readonly logRoot: Buffer;
  readonly lines: number;
  readonly root: Buffer;
}

/** @throws NotProved unless one of the policy's logs has signed it under its name for balances */
export function signedBalances(file: string, policy: Policy): SignedBalances {
  const note = parseNote(file);
  const [name = '', form, events = '', logRoot = '', lines = '', root = '', ...more] = note.text
    .slice(0, -1)
    .split('\n');
  prove(form === 'sijill-balances@v1' && more.length === 0, 'this is no note of balances: its second line says so');
  const log = policy.logs.find((key) => {
    const own = renamed(key, `${key.name}/balances`);
    return own.name === name && signedBy(note, own) !== undefined;
  });
  if (log === undefined) throw new NotProved(`the balances are of ${name}, and not signed by a key of it`);
  return {
    log,
    events: countOf(after('events ', events), 'the number of events'),
    logRoot: bytesOf(after('log ', logRoot), 'the root of the log', 32),
    lines: countOf(after('lines ', lines), 'the number of lines'),
    root: bytesOf(after('root ', root), 'the root of the balances', 32),
  };
}

/** @throws NotProved for what is no salt */
function leafOf(ledger: string, line: Buffer, salt: string): Buffer {
  const h = saltedHash(salt, line, 'a salt');
  return leafHash(`{"h":"${h}","ledger":"${ledger}","v":1}`);
}

const BUCKET_BITS = 16;

/** Leaves at their places, and the tree over them: only what has changed is hashed again. */
class Buckets {
  readonly #leaves = new Map<number, Map<string, Buffer>>();
  /** Of the buckets, of pairs of them, and so on up to the root. */
  readonly #levels: Buffer[][] = [];
  readonly #changed = new Set<number>();
  size = 0;

  constructor() {
    for (let level = 0, empty: Buffer = EMPTY; level <= BUCKET_BITS; level++, empty = node(empty, empty)) {
      this.#levels.push(Array<Buffer>(2 ** (BUCKET_BITS - level)).fill(empty));
    }
  }

  /** @param place hex; @param leaf undefined: none is there any more */
  set(place: string, leaf: Buffer | undefined): void {
    const at = parseInt(place.slice(0, BUCKET_BITS / 4), 16);
    const bucket = this.#leaves.get(at) ?? new Map<string, Buffer>();
    this.#leaves.set(at, bucket);
    this.size -= bucket.size;
    if (leaf === undefined) bucket.delete(place);
    else bucket.set(place, leaf);
    this.size += bucket.size;
    this.#changed.add(at);
  }

  root(): Buffer {
    for (const at of this.#changed) {
      const tally = new Tally();
      const leaves = [...(this.#leaves.get(at) as Map<string, Buffer>)].sort(([a], [b]) => (a < b ? -1 : 1));
      for (const [, leaf] of leaves) tally.add(leaf);
      this.#levels[0]![at] = tally.root();
    }
    let changed = [...this.#changed];
    for (let level = 1; level <= BUCKET_BITS; level++) {
      changed = [...new Set(changed.map((at) => at >> 1))];
      const below = this.#levels[level - 1]!;
      for (const at of changed) this.#levels[level]![at] = node(below[2 * at]!, below[2 * at + 1]!);
    }
    this.#changed.clear();
    return this.#levels[BUCKET_BITS]![0]!;
  }
}

/** Adds up entries, by account. */
export class Balances {
  readonly #held = new Map<string, { minor: bigint; readonly decimals: number }>();
  /** Since the last root: with the salt of the event that came last. */
  readonly #moved = new Map<string, { readonly salt: string; readonly decimals: number }>();
  readonly #tree = new Buckets();

  /** @param key hex, of the places and salts */
  constructor(private readonly key: string) {}

  /** @param salt of the event, hex */
  add({ debit, credit, currency, minor, decimals }: Entry, salt: string): void {
    this.#post(debit, currency, minor, decimals, salt);
    this.#post(credit, currency, -minor, decimals, salt);
  }

  #post({ account, dims }: Leg, currency: string, minor: bigint, decimals: number, salt: string): void {
    const key = JSON.stringify({ account, currency, dims }); // canonical, as the event was
    const held = this.#held.get(key);
    if (held === undefined) this.#held.set(key, { minor, decimals });
    else if ((held.minor += minor) === 0n) this.#held.delete(key);
    this.#moved.set(key, { salt, decimals });
  }

  /** @throws NotProved unless all this has that root */
  proveRoot(ledger: string, { lines, root }: SignedBalances): void {
    for (const [key, { salt, decimals }] of this.#moved) {
      const held = this.#held.get(key);
      const { account, ...rest } = JSON.parse(key) as object & { readonly account: string };
      const leaf = ({ minor }: { readonly minor: bigint }): Buffer => {
        const line = JSON.stringify({ account, balance: decimal(minor, decimals), ...rest });
        return leafOf(ledger, Buffer.from(line), this.#under(`${salt} ${key}`));
      };
      this.#tree.set(this.#under(key), held && leaf(held));
    }
    this.#moved.clear();
    const { size } = this.#tree;
    prove(size === lines, `the entries leave ${size} accounts that hold something, not ${lines}`);
    prove(this.#tree.root().equals(root), 'the entries add up to another root: a balance or a salt is another');
  }

  #under(text: string): string {
    return createHmac('sha256', Buffer.from(this.key, 'hex')).update(text).digest('hex');
  }
}

export interface Balance {
  readonly account: string;
  /** Debits less credits. */
  readonly balance: string;
  readonly currency: string;
  readonly dims: { readonly [name: string]: unknown };
}

export interface ProvedBalances {
  readonly ledger: string;
  readonly party: string;
  readonly balances: readonly Balance[];
  readonly signed: SignedBalances;
}

/** @throws NotProved at the first link that does not hold */
export function proveBalances(file: string, policy: Policy): ProvedBalances {
  prove(file.length <= MOST_CHARACTERS, `the file is longer than ${MOST_CHARACTERS} characters`);
  const [head = '', ...sections] = file.split('\n\n');
  const note = sections.splice(-2).join('\n\n');
  const [header, ledgerLine = '', partyLine = '', ...more] = head.split('\n');
  prove(header === HEADER && more.length === 0, `this is no proof of balances: its first line is not ${HEADER}`);
  const [ledger, party] = [after('ledger ', ledgerLine), after('party ', partyLine)];
  const signed = signedBalances(note, policy);
  prove(/^[0-9a-f-]{36}$/.test(ledger) && sections.length > 0, 'it names no ledger, or proves nothing');
  const balances = sections.map((section) => {
    const [line = '', salt = '', ...path] = section.split('\n');
    const bytes = Buffer.from(after('line ', line));
    prove(path.length <= MOST_HASHES, `the path is longer than ${MOST_HASHES}`);
    const root = path.reduce(stepUp, leafOf(ledger, bytes, after('salt ', salt)));
    prove(root.equals(signed.root), 'the path leads to another root');
    return balanceOf(bytes, party);
  });
  const accounts = new Set(balances.map(({ account, currency, dims }) => JSON.stringify([account, currency, dims])));
  prove(accounts.size === balances.length, 'an account is there twice');
  return { ledger, party, balances, signed };
}

/** @throws NotProved for what is no step of a path */
function stepUp(below: Buffer, step: string): Buffer {
  const isLeft = step.startsWith('left ');
  const beside = bytesOf(after(isLeft ? 'left ' : 'right ', step), 'a hash of the path', 32);
  return isLeft ? node(beside, below) : node(below, beside);
}

/** Not zero: then there is no line. */
const BALANCE = /^-?(?!0(\.0+)?$)(0|[1-9][0-9]*)(\.[0-9]{1,4})?$/;

function balanceOf(bytes: Buffer, party: string): Balance {
  const line = objectOf(parseCanonical(bytes), 'a line');
  const dims = objectOf(line['dims'], 'the dims of a line');
  prove(dims['party'] === party, `a line is not of ${party}`);
  const field = (name: string): string => textOf(line[name], `${name} of a line`);
  prove(BALANCE.test(field('balance')), 'a line holds no amount');
  return { account: field('account'), balance: field('balance'), currency: field('currency'), dims };
}

/** Minor units as a decimal text. */
export function decimal(minor: bigint, decimals: number): string {
  const digits = String(minor < 0n ? -minor : minor).padStart(decimals + 1, '0');
  const text = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  return minor < 0n ? `-${text}` : text;
}
