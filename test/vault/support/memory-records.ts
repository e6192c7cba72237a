import fc from 'fast-check';
import type { LedgerId, StreamName } from '../../../src/kernel/ids.js';
import {
  idOf,
  KINDS,
  textOf,
  type Kind,
  type RecordsOf,
  type VaultTarget,
} from '../../../src/vault/moving/vault-records.js';
import type { Person } from '../../../src/vault/vault.js';

export type Contents = { readonly [K in Kind]: readonly RecordsOf[K][] };

const EMPTY: Contents = { persons: [], sealed: [], waiting: [], erased: [] };
const LEDGER = '00000000-0000-4000-8000-000000000000' as LedgerId;

/** A vault's records in memory, in the order of their ids. */
export class MemoryRecords implements VaultTarget {
  readonly place = 'memory';
  readonly identity = { wrapped: Buffer.from('one'), ledger: LEDGER };
  isFinished = false;
  ledger: LedgerId | undefined;
  /** Records that may still be written before it goes away. */
  endsAfter = Infinity;
  /** Records that were inserted. */
  written = 0;
  /** The most that were asked for, or written, at once. */
  largest = 0;
  readonly #records: { readonly [K in Kind]: Map<string, RecordsOf[K]> };

  constructor(contents: Contents = EMPTY) {
    const mapped = <K extends Kind>(kind: K): Map<string, RecordsOf[K]> =>
      new Map(contents[kind].map((record) => [idOf(kind, record), record]));
    this.#records = {
      persons: mapped('persons'),
      sealed: mapped('sealed'),
      waiting: mapped('waiting'),
      erased: mapped('erased'),
    };
  }

  contents(): string[] {
    return KINDS.flatMap((kind) => this.#sorted(kind).map((record) => textOf(kind, record)));
  }

  async page<K extends Kind>(kind: K, after: string, limit: number): Promise<readonly RecordsOf[K][]> {
    this.largest = Math.max(this.largest, limit);
    return this.#sorted(kind)
      .filter((record) => idOf(kind, record) > after)
      .slice(0, limit);
  }

  async count(): Promise<number> {
    return this.contents().length;
  }

  async insert<K extends Kind>(kind: K, records: readonly RecordsOf[K][]): Promise<void> {
    this.largest = Math.max(this.largest, records.length);
    for (const record of records) {
      this.#write();
      const id = idOf(kind, record);
      if (!this.#records[kind].has(id)) this.#records[kind].set(id, record);
      this.written++;
    }
  }

  async remove(kind: Kind, ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      this.#write();
      this.#records[kind].delete(id);
    }
  }

  async finish(ledger: LedgerId | undefined): Promise<void> {
    this.#write();
    this.isFinished = true;
    this.ledger = ledger;
  }

  async close(): Promise<void> {}

  #write(): void {
    if (--this.endsAfter < 0) throw new Error('it went away');
  }

  #sorted<K extends Kind>(kind: K): RecordsOf[K][] {
    return [...this.#records[kind].entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record);
  }
}

const few = fc.integer({ min: 0, max: 12 }).map((n) => n.toString(16).padStart(2, '0'));
const bytes = fc.uint8Array({ minLength: 1, maxLength: 2 }).map((array) => Buffer.from(array));
const uniquely = <K extends Kind>(kind: K, record: fc.Arbitrary<RecordsOf[K]>): fc.Arbitrary<RecordsOf[K][]> =>
  fc.uniqueArray(record, { selector: (each) => idOf(kind, each), maxLength: 12 });
const value = fc.record({
  digest: few.map((id) => id.repeat(32)),
  person: few as fc.Arbitrary<string> as fc.Arbitrary<Person>,
  field: fc.constantFrom('phone', 'note'),
  content: bytes,
});

/** Few ids, so that two of them have many in common, with the same and with other contents. */
export const anyContents: fc.Arbitrary<Contents> = fc.record({
  persons: uniquely(
    'persons',
    fc.record(
      { id: few as fc.Arbitrary<string> as fc.Arbitrary<Person>, key: bytes, lookup: bytes, identity: bytes },
      { requiredKeys: ['id', 'key'] },
    ),
  ),
  sealed: uniquely('sealed', value),
  waiting: uniquely(
    'waiting',
    fc.tuple(value, few).map(([record, own]) => ({
      ...record,
      id: `${record.digest} ${own}`,
      stream: `receipt-${own}` as StreamName,
    })),
  ),
  erased: uniquely('erased', fc.record({ id: few as fc.Arbitrary<string> as fc.Arbitrary<Person> })),
});
