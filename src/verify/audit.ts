/* A whole ledger, from its events alone: the log's root, the order of each stream, and the money. */
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Balances, signedBalances, type SignedBalances } from './balances.js';
import { signedCheckpoint, type Signed } from './checkpoint.js';
import { eventOf, leafOf, type Event } from './event.js';
import { HEX_32, NotProved, prove } from './fault.js';
import { Tally } from './merkle.js';
import type { Policy } from './policy.js';

/**
 * Of a bundle: its events, one salt a line in the same order, and the checkpoint over them; the roots over all balances,
 * `{"key","note"}` a line, each with what its salts are made from.
 */
const EVENTS = 'events.jsonl';
const SALTS = 'salts';
const CHECKPOINT = 'checkpoint';
const BALANCES = 'balances';

const LINE = /^\{"digest":"[0-9a-f]{64}","event":(\{.*\}),"sequence":(0|[1-9][0-9]*)\}$/s;
const HEAD = /^\{"format":"sijill-log","ledger":"([0-9a-f-]{36})","version":1\}$/;
const END = /^\{"digest":"[0-9a-f]{64}","events":(0|[1-9][0-9]*)\}$/;
const ROOT = /^\{"key":"([^"]*)","note":("(?:[^"\\\p{Cc}]|\\["\\n])*")\}$/u;
const MOST_LINE = 4 * 1024 * 1024;

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
export async function audit(bundle: string, policy: Policy, onEvents: (count: number) => void): Promise<Audited> {
  const checkpoint = signedCheckpoint(await textAt(bundle, CHECKPOINT), policy);
  const salts = linesOf(join(bundle, SALTS));
  const roots = await rootsIn(bundle, checkpoint, policy);
  const seen = new Seen();
  const tree = new Tally();
  let ledger: string | undefined;
  let end: number | undefined;
  for await (const line of linesOf(join(bundle, EVENTS))) {
    if (ledger === undefined) {
      [, ledger] = HEAD.exec(line) ?? [];
      prove(ledger !== undefined, `${EVENTS} is no log of a ledger: its first line does not say so`);
      continue;
    }
    prove(end === undefined, `${EVENTS} goes on after its last line`);
    const [, text, sequence] = LINE.exec(line) ?? [];
    if (text === undefined) {
      const [, events] = END.exec(line) ?? [];
      prove(events !== undefined, `event ${tree.size} of ${EVENTS} is on no line of an export`);
      end = Number(events);
      continue;
    }
    const { value: salt } = await salts.next();
    prove(salt !== undefined, `${SALTS} ends before event ${tree.size}`);
    prove(Number(sequence) === tree.size, `event ${tree.size} is missing: ${sequence} follows`);
    const event = at(tree.size, () => eventOf(text));
    prove(event.ledger === ledger, `event ${tree.size} is of another ledger: ${event.ledger}`);
    tree.add(leafOf(text, event, tree.size, salt));
    at(tree.size - 1, () => seen.take(event));
    roots.take(event, ledger, tree);
    if (tree.size % 10_000 === 0) onEvents(tree.size);
  }
  prove((await salts.next()).done === true, `${SALTS} holds more salts than there are events`);
  prove(ledger !== undefined && end === tree.size, `${EVENTS} is cut off after event ${tree.size - 1}`);
  prove(tree.size === checkpoint.size, `there are ${tree.size} events; the checkpoint is over ${checkpoint.size}`);
  prove(tree.root().equals(checkpoint.root), 'the events come to another root than the checkpoint’s: one was changed');
  return { ledger, checkpoint, events: tree.size, ...seen.found(), balances: roots.all.map(({ signed }) => signed) };
}

interface Root {
  readonly signed: SignedBalances;
  readonly saltKey: Buffer;
}

/** The signed roots, each held against the entries when all events that it counts were read. */
class Roots {
  readonly #balances = new Balances();
  #next = 0;

  constructor(readonly all: readonly Root[]) {}

  take({ entries }: Event, ledger: string, tree: Tally): void {
    const next = this.all[this.#next];
    if (next === undefined) return; // nothing is asked any more
    for (const entry of entries) this.#balances.add(entry);
    const { signed, saltKey } = next;
    if (tree.size !== signed.events) return;
    const what = `the balances as of event ${signed.events - 1}`;
    prove(tree.root().equals(signed.logRoot), `${what}: they are of another log, whose events have another root`);
    within(what, () => this.#balances.proveRoot(ledger, signed, saltKey));
    this.#next++;
  }
}

/** @throws NotProved unless each is signed, and they follow one another up to the checkpoint */
async function rootsIn(bundle: string, { size }: Signed, policy: Policy): Promise<Roots> {
  const all: Root[] = [];
  for await (const line of linesOf(join(bundle, BALANCES))) {
    const what = `root ${all.length} of ${BALANCES}`;
    const [, key = '', note = ''] = ROOT.exec(line) ?? [];
    prove(HEX_32.test(key), `${what} is on no line of an export`);
    const signed = within(what, () => signedBalances(JSON.parse(note) as string, policy));
    const before = all.at(-1)?.signed.events ?? 0;
    prove(before < signed.events && signed.events <= size, `${what} is of ${signed.events} events: it is out of order`);
    all.push({ signed, saltKey: Buffer.from(key, 'hex') });
  }
  return new Roots(all);
}

/** What was read so far. */
class Seen {
  /** By the first byte: one set holds at most 2^24. */
  readonly #ids = Array.from({ length: 256 }, () => new Set<string>());
  readonly #revisions = new Map<string, number>();
  readonly #sums = new Map<string, Sum>();
  readonly #decimals = new Map<string, number>();
  #entries = 0;
  #first = '';
  #last = '';

  take({ id, stream, revision, entries, recordedAt }: Event): void {
    prove(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id), `${id} is no id`);
    const ids = this.#ids[parseInt(id.slice(0, 2), 16)] as Set<string>;
    prove(!ids.has(id), `the id ${id} is there twice`);
    ids.add(id);
    const next = this.#revisions.get(stream) ?? 0;
    prove(revision === next, `${stream} goes on with revision ${revision}, not ${next}`);
    this.#revisions.set(stream, next + 1);
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
    return { streams: this.#revisions.size, entries: this.#entries, first: this.#first, last: this.#last, sums };
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

async function textAt(bundle: string, name: string): Promise<string> {
  const found = await stat(join(bundle, name)).catch(() => undefined);
  prove(found !== undefined, `${bundle} has no ${name}: it was exported without its proofs`);
  return readFile(join(bundle, name), 'utf8');
}

/** Not Node's readline: it also ends lines at characters that JSON may hold. @throws NotProved */
async function* linesOf(path: string): AsyncGenerator<string, void> {
  const found = await stat(path).catch(() => undefined);
  prove(found !== undefined, `there is no ${path}`);
  let begun: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    const bytes = begun.length === 0 ? chunk : Buffer.concat([begun, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      yield bytes.toString('utf8', start, end);
      start = end + 1;
    }
    begun = bytes.subarray(start);
    prove(begun.length <= MOST_LINE, `${path} has a line that is longer than any event`);
  }
  prove(begun.length === 0, `${path} is cut off in the middle of a line`);
}
