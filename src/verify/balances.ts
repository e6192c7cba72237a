/*
 * What all accounts hold as of a sequence, under one signed root. The note (c2sp.org/signed-note) is signed by the log's
 * key under the name of the log with /balances behind it, and is no checkpoint:
 *
 *   ORIGIN/balances
 *   sijill-balances@v2
 *   events …                         all events before this sequence count, whatever their day
 *   log …                            the root of the log of so many events
 *   lines …                          accounts that hold something
 *   root …                           over their leaves
 *
 * An account is an account's code, a currency, and all dims of a leg. Its line is {"account","balance","currency","dims"},
 * its balance debits less credits; its leaf {"h","ledger","v"} with h = SHA-256(salt ‖ line). An auditor's key gives, by
 * HMAC-SHA256, the place of {"account","currency","dims"}, and of that behind the salt of the event that moved it last the
 * salt of its line. 2^16 trees of RFC 6962 hold the leaves in order, by two bytes of their places; a tree stands over these.
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
import { leafHash, node, Tally } from './merkle.js';
import { parseNote, renamed, signedBy, type Key } from './note.js';
import type { Policy } from './policy.js';

const HEADER = 'sijill-proof-of-balances@v1';
const MOST_CHARACTERS = 4 * 1024 * 1024;

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
  const [name = '', form, events = '', logRoot = '', lines = '', root = '', ...more] = note.text.split('\n');
  prove(form === 'sijill-balances@v2' && more.length === 1, 'this is no note of balances: its second line says so');
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

/** Adds up entries, by account; with each the salt of the event that came last. */
export class Balances {
  readonly #held = new Map<string, { readonly minor: bigint; readonly decimals: number; readonly salt: string }>();

  add({ debit, credit, currency, minor, decimals }: Entry, salt: string): void {
    this.#post(debit, currency, minor, decimals, salt);
    this.#post(credit, currency, -minor, decimals, salt);
  }

  #post({ account, dims }: Leg, currency: string, added: bigint, decimals: number, salt: string): void {
    const key = JSON.stringify({ account, currency, dims }); // canonical, as the event was
    const minor = (this.#held.get(key)?.minor ?? 0n) + added;
    if (minor === 0n) this.#held.delete(key);
    else this.#held.set(key, { minor, decimals, salt });
  }

  /** @param secret of places and salts @throws NotProved unless all this has that root */
  proveRoot(ledger: string, { lines, root }: SignedBalances, secret: Buffer): void {
    prove(this.#held.size === lines, `the entries leave ${this.#held.size} accounts that hold something, not ${lines}`);
    const under = (text: string): string => createHmac('sha256', secret).update(text).digest('hex');
    const buckets = new Map<number, Tally>();
    const places = [...this.#held].map(([key, held]) => ({ key, ...held, place: under(key) }));
    for (const { key, minor, decimals, salt, place } of places.sort((a, b) => (a.place < b.place ? -1 : 1))) {
      const line = key.replace(',"currency":', `,"balance":"${decimal(minor, decimals)}","currency":`);
      const bucket = parseInt(place.slice(0, 4), 16);
      if (!buckets.has(bucket)) buckets.set(bucket, new Tally());
      buckets.get(bucket)!.add(leafOf(ledger, Buffer.from(line), under(`${salt} ${key}`)));
    }
    let empty = new Tally().root();
    let level = new Map([...buckets].map(([at, tree]) => [at, tree.root()]));
    for (let bit = 0; bit < 16; bit++, empty = node(empty, empty)) {
      const pairs = new Set([...level.keys()].map((at) => at >> 1));
      const at = (n: number): Buffer => level.get(n) ?? empty;
      level = new Map([...pairs].map((pair) => [pair, node(at(2 * pair), at(2 * pair + 1))]));
    }
    prove((level.get(0) ?? empty).equals(root), 'the entries add up to another root: a balance or a salt is another');
  }
}

export interface Balance {
  readonly account: string;
  readonly balance: string;
  readonly currency: string;
  readonly dims: { readonly [name: string]: unknown };
}

export type ProvedBalances = ReturnType<typeof proveBalances>;

/** @throws NotProved at the first link that does not hold */
export function proveBalances(file: string, policy: Policy) {
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
    const root = path.reduce(
      (below, step) => {
        const isLeft = step.startsWith('left ');
        const beside = bytesOf(after(isLeft ? 'left ' : 'right ', step), 'a hash of the path', 32);
        return isLeft ? node(beside, below) : node(below, beside);
      },
      leafOf(ledger, bytes, after('salt ', salt)),
    );
    prove(root.equals(signed.root), 'the path leads to another root');
    return balanceOf(bytes, party);
  });
  const accounts = new Set(balances.map(({ account, currency, dims }) => JSON.stringify([account, currency, dims])));
  prove(accounts.size === balances.length, 'an account is there twice');
  return { ledger, party, balances, signed };
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
