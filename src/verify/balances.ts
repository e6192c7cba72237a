/*
 * What all accounts hold as of a sequence, under one signed root. The note (c2sp.org/signed-note) is signed by the log's
 * key under the name of the log with /balances behind it, and is no checkpoint:
 *
 *   ORIGIN/balances
 *   sijill-balances@v1
 *   events …                         all events before this sequence count, whatever their day
 *   log …                            the root of the log of so many events
 *   lines …                          accounts that hold something
 *   root …                           over their leaves, in the order of the leaves' hashes
 *
 * An account is an account's code, a currency, and all dims of a leg. Its line is {"account","balance","currency","dims"},
 * its balance debits less credits; its leaf {"h","ledger","v"} with h = SHA-256(salt ‖ line).
 *
 * A proof of balances is one text, for a party alone:
 *
 *   sijill-proof-of-balances@v1
 *   ledger …
 *   party …
 *
 *   line {…}                         and so on, for each account
 *   salt …
 *   index …
 *   …                                the path from the leaf to the root
 *
 *   …                                the note
 */
import { createHmac } from 'node:crypto';
import { objectOf, parseCanonical, textOf } from './canonical.js';
import { saltedHash, type Entry, type Leg } from './event.js';
import { after, bytesOf, countOf, NotProved, prove } from './fault.js';
import { leafHash, proveInclusion, Tally } from './merkle.js';
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
function leafOf(ledger: string, line: Buffer, salt: string, what = 'a salt'): Buffer {
  const h = saltedHash(salt, line, what);
  return leafHash(`{"h":"${h}","ledger":"${ledger}","v":1}`);
}

/** Adds up entries, by account. */
export class Balances {
  readonly #held = new Map<string, { minor: bigint; readonly decimals: number }>();

  add({ debit, credit, currency, minor, decimals }: Entry): void {
    this.#post(debit, currency, minor, decimals);
    this.#post(credit, currency, -minor, decimals);
  }

  #post({ account, dims }: Leg, currency: string, minor: bigint, decimals: number): void {
    const key = JSON.stringify({ account, currency, dims }); // canonical, as the event was
    const held = this.#held.get(key);
    if (held === undefined) this.#held.set(key, { minor, decimals });
    else if ((held.minor += minor) === 0n) this.#held.delete(key);
  }

  /** @param saltKey from which the salts of this root alone are made @throws NotProved unless all this has that root */
  proveRoot(ledger: string, { lines, root }: SignedBalances, saltKey: Buffer): void {
    const leaves = [...this.#held].map(([key, { minor, decimals }]) => {
      const { account, ...rest } = JSON.parse(key) as object & { readonly account: string };
      const line = JSON.stringify({ account, balance: decimal(minor, decimals), ...rest });
      return leafOf(ledger, Buffer.from(line), createHmac('sha256', saltKey).update(key).digest('hex'));
    });
    prove(leaves.length === lines, `the entries leave ${leaves.length} accounts that hold something, not ${lines}`);
    const tree = new Tally();
    for (const leaf of leaves.sort((a, b) => a.compare(b))) tree.add(leaf);
    prove(tree.root().equals(root), 'the entries add up to another root: a balance or a salt is another');
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
    const [line = '', salt = '', index = '', ...hashes] = section.split('\n');
    const [bytes, place] = [Buffer.from(after('line ', line)), countOf(after('index ', index), 'the index')];
    prove(hashes.length <= MOST_HASHES, `the path is longer than ${MOST_HASHES}`);
    const path = hashes.map((each, n) => bytesOf(each, `hash ${n} of the path`, 32));
    const leaf = leafOf(ledger, bytes, after('salt ', salt), `the salt of ${place}`);
    proveInclusion(leaf, place, path, signed.lines, signed.root);
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
