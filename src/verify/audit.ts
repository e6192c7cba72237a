/* A whole ledger, from its events alone: the log's root, the order of each stream, and the money. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Balances, signedBalances, type SignedBalances } from './balances.js';
import { signedCheckpoint, type Signed } from './checkpoint.js';
import { Counts } from './counts.js';
import { eventOf, leafOf, type Event } from './event.js';
import { HEX_32, NotProved, prove } from './fault.js';
import { linesOf } from './lines.js';
import { Tally } from './merkle.js';
import type { Policy } from './policy.js';

/**
 * Of a bundle: its events, one salt a line in the same order, and the checkpoint over them; the roots over all balances, a
 * note a line, behind the key under which the places and salts of their lines are made.
 */
const [EVENTS, SALTS, CHECKPOINT, BALANCES] = ['events.jsonl', 'salts', 'checkpoint', 'balances'];

/** `{"digest":…,"event":…,"sequence":…}`: the event is what stands between. */
const LINE = /^\{"digest":"[0-9a-f]{64}","event":$/;
const BEFORE_EVENT = 85;
const SEQUENCE = /^,"sequence":(0|[1-9][0-9]{0,15})\}$/;
const HEAD = /^\{"format":"sijill-log","ledger":"([0-9a-f-]{36})","version":1\}$/;
const END = /^\{"digest":"[0-9a-f]{64}","events":(0|[1-9][0-9]*)\}$/;
const ROOT = /^"(?:[^"\\\p{Cc}]|\\["\\n])*"$/u;

/** An account of an entity, in one currency. */
export interface Sum {
  readonly entity: string;
  readonly account: string;
  readonly currency: string;
  readonly decimals: number;
  /** In minor units. */
  debits: bigint;
  credits: bigint;
}

export interface Audited {
  readonly ledger: string;
  readonly checkpoint: Signed;
  readonly events: number;
  readonly streams: number;
  readonly entries: number;
  readonly first: string;
  readonly last: string;
  /** By entity, account and currency. */
  readonly sums: readonly Sum[];
  /** The roots over all balances that the entries give, too. */
  readonly balances: readonly SignedBalances[];
}

/**
 * @param bundle its directory
 * @param onEvents told how many were read, now and then
 * @throws NotProved at the first event that is not as it should be, or where the root is another
 */
export function audit(bundle: string, policy: Policy, onEvents: (count: number) => void): Audited {
  const checkpoint = signedCheckpoint(textAt(bundle, CHECKPOINT), policy);
  const salts = linesOf(join(bundle, SALTS));
  const roots = rootsIn(bundle, checkpoint, policy);
  const seen = new Seen();
  const tree = new Tally();
  let ledger: string | undefined;
  let end: number | undefined;
  for (const line of linesOf(join(bundle, EVENTS))) {
    if (ledger === undefined) {
      [, ledger] = HEAD.exec(line.toString()) ?? [];
      prove(ledger !== undefined, `${EVENTS} is no log of a ledger: its first line does not say so`);
      continue;
    }
    prove(end === undefined, `${EVENTS} goes on after its last line`);
    const { bytes, sequence } = eventIn(line) ?? {};
    if (bytes === undefined) {
      const [, events] = END.exec(line.toString()) ?? [];
      prove(events !== undefined, `event ${tree.size} of ${EVENTS} is on no line of an export`);
      end = Number(events);
      continue;
    }
    const salt = salts.next().value?.toString('latin1');
    prove(salt !== undefined, `${SALTS} ends before event ${tree.size}`);
    prove(sequence === tree.size, `event ${tree.size} is missing: ${sequence} follows`);
    const event = at(tree.size, () => eventOf(bytes));
    prove(event.ledger === ledger, `event ${tree.size} is of another ledger: ${event.ledger}`);
    tree.add(leafOf(bytes, event, tree.size, salt));
    at(tree.size - 1, () => seen.take(event));
    roots.take(event, salt, ledger, tree);
    if (tree.size % 10_000 === 0) onEvents(tree.size);
  }
  prove(salts.next().done === true, `${SALTS} holds more salts than there are events`);
  prove(ledger !== undefined && end === tree.size, `${EVENTS} is cut off after event ${tree.size - 1}`);
  prove(tree.size === checkpoint.size, `there are ${tree.size} events; the checkpoint is over ${checkpoint.size}`);
  prove(tree.root().equals(checkpoint.root), 'the events come to another root than the checkpoint’s: one was changed');
  return { ledger, checkpoint, events: tree.size, ...seen.found(), balances: roots.of.all };
}

/** @returns undefined for a line of another form */
function eventIn(line: Buffer): { readonly bytes: Buffer; readonly sequence: number } | undefined {
  const end = line.lastIndexOf(',"sequence":');
  const [, sequence] = SEQUENCE.exec(line.toString('latin1', Math.max(end, 0))) ?? [];
  if (sequence === undefined || !LINE.test(line.toString('latin1', 0, BEFORE_EVENT))) return undefined;
  return { bytes: line.subarray(BEFORE_EVENT, end), sequence: Number(sequence) };
}

/** The signed roots, each held against the entries when all events that it counts were read. */
class Roots {
  readonly #balances = new Balances();
  #next = 0;

  constructor(readonly of: { readonly all: readonly SignedBalances[]; readonly secret: Buffer }) {}

  take({ entries }: Event, salt: string, ledger: string, tree: Tally): void {
    const signed = this.of.all[this.#next];
    if (signed === undefined) return; // nothing is asked any more
    for (const entry of entries) this.#balances.add(entry, salt);
    if (tree.size !== signed.events) return;
    const what = `the balances as of event ${signed.events - 1}`;
    prove(tree.root().equals(signed.logRoot), `${what}: they are of another log, whose events have another root`);
    within(what, () => this.#balances.proveRoot(ledger, signed, this.of.secret));
    this.#next++;
  }
}

/** @throws NotProved unless each is signed, and they follow one another up to the checkpoint */
function rootsIn(bundle: string, { size }: Signed, policy: Policy): Roots {
  const [key = '', ...notes] = [...linesOf(join(bundle, BALANCES))].map(String);
  prove(HEX_32.test(key), `${BALANCES} does not begin with a key`);
  const all: SignedBalances[] = [];
  for (const line of notes) {
    const what = `root ${all.length} of ${BALANCES}`;
    prove(ROOT.test(line), `${what} is on no line of an export`);
    const signed = within(what, () => signedBalances(JSON.parse(line) as string, policy));
    const before = all.at(-1)?.events ?? 0;
    prove(before < signed.events && signed.events <= size, `${what} is of ${signed.events} events: it is out of order`);
    all.push(signed);
  }
  return new Roots({ all, secret: Buffer.from(key, 'hex') });
}

/** What was read so far. */
class Seen {
  readonly #ids = new Counts();
  /** Events of each stream, by its category. */
  readonly #streams = new Map<string, Counts>();
  readonly #sums = new Map<string, Sum>();
  readonly #decimals = new Map<string, number>();
  #entries = 0;
  #first = '';
  #last = '';

  take({ id, stream, revision, entries, recordedAt }: Event): void {
    prove(this.#ids.add(id) === 0, `the id ${id} is there twice`);
    const next = this.#countsOf(stream).add(stream.slice(stream.indexOf('-') + 1));
    prove(revision === next, `${stream} goes on with revision ${revision}, not ${next}`);
    for (const { debit, credit, currency, minor, decimals } of entries) {
      const known = this.#decimals.get(currency) ?? decimals;
      prove(known === decimals, `${currency} has ${known} decimals, and here ${decimals}`);
      this.#decimals.set(currency, decimals);
      this.#of(debit.entity, debit.account, currency, decimals).debits += minor;
      this.#of(credit.entity, credit.account, currency, decimals).credits += minor;
    }
    this.#entries += entries.length;
    if (this.#first === '') this.#first = recordedAt;
    this.#last = recordedAt;
  }

  #countsOf(stream: string): Counts {
    const category = stream.slice(0, stream.indexOf('-'));
    let counts = this.#streams.get(category);
    if (counts === undefined) this.#streams.set(category, (counts = new Counts()));
    return counts;
  }

  #of(entity: string, account: string, currency: string, decimals: number): Sum {
    const key = `${entity} ${account} ${currency}`;
    let sum = this.#sums.get(key);
    if (sum === undefined) {
      sum = { entity, account, currency, decimals, debits: 0n, credits: 0n };
      this.#sums.set(key, sum);
    }
    return sum;
  }

  found(): Omit<Audited, 'ledger' | 'checkpoint' | 'events' | 'balances'> {
    const keys = [...this.#sums.keys()].sort();
    const sums = keys.map((key) => this.#sums.get(key) as Sum);
    const streams = [...this.#streams.values()].reduce((sum, { size }) => sum + size, 0);
    return { streams, entries: this.#entries, first: this.#first, last: this.#last, sums };
  }
}

const at = <T>(sequence: number, look: () => T): T => within(`event ${sequence}`, look);

function within<T>(what: string, look: () => T): T {
  try {
    return look();
  } catch (error) {
    throw error instanceof NotProved ? new NotProved(`${what}: ${error.message}`, { cause: error }) : error;
  }
}

function textAt(bundle: string, name: string): string {
  prove(existsSync(join(bundle, name)), `${bundle} has no ${name}: it was exported without its proofs`);
  return readFileSync(join(bundle, name), 'utf8');
}
