import { createHash } from 'node:crypto';
import { paired } from '../../kernel/paired.js';
import { VaultLocked } from '../vault.js';
import {
  idOf,
  KINDS,
  textOf,
  type Kind,
  type RecordsOf,
  type VaultRecords,
  type VaultTarget,
} from './vault-records.js';

/** The signal ended the move. */
export class MoveStopped extends Error {
  override readonly name = 'MoveStopped';
}

/** The target does not have what was written into it. */
export class NotAsCopied extends Error {
  override readonly name = 'NotAsCopied';
}

/** Records that are read, or written, at once. */
const BATCH = 500;

/** What a vault holds, and the SHA-256, in hex, of all of it. */
export interface Contents {
  readonly persons: number;
  readonly sealed: number;
  readonly waiting: number;
  readonly erased: number;
  readonly digest: string;
}

export interface Watch {
  readonly signal: AbortSignal;
  /** @param done how many records of the source so far */
  readonly copied: (done: number) => void;
  /** @param done how many records, of the source and then of the target, so far */
  readonly compared: (done: number) => void;
}

/**
 * Copies a vault's records as they are into a target, batch by batch, reads both back, and only then makes a vault of the
 * target. Where an earlier move ended, at whatever point, the same one goes on; what has changed at the source meanwhile
 * is changed at the target. The source stays as it is. A finished target is only compared.
 * @throws MoveStopped; NotAsCopied; VaultLocked `VAULT_DIFFERS`; VaultUnavailable
 */
export async function moveVault(source: VaultRecords, target: VaultTarget, watch: Watch): Promise<Contents> {
  if (!target.isFinished) await copy(source, target, watch);
  const wanted = await contentsOf(source, 0, watch);
  const found = await contentsOf(target, total(wanted), watch);
  if (found.digest !== wanted.digest) throw difference(source, target, wanted, found);
  if (!target.isFinished) await target.finish(source.identity.ledger);
  return wanted;
}

async function copy(source: VaultRecords, target: VaultTarget, { signal, copied }: Watch): Promise<void> {
  let done = 0;
  for (const kind of KINDS) {
    const insert: RecordsOf[typeof kind][] = [];
    const remove: string[] = [];
    const write = async (): Promise<void> => {
      if (remove.length > 0) await target.remove(kind, remove.splice(0));
      if (insert.length > 0) await target.insert(kind, insert.splice(0));
    };
    const byId = (a: RecordsOf[typeof kind], b: RecordsOf[typeof kind]): number => {
      const [first, second] = [idOf(kind, a), idOf(kind, b)];
      return first < second ? -1 : first > second ? 1 : 0;
    };
    // What is written meanwhile has ids that were passed already, so that it is not met again.
    for await (const [wanted, found] of paired(records(kind, source), records(kind, target), byId)) {
      stopAt(signal);
      if (wanted !== undefined) copied(++done);
      if (wanted !== undefined && found !== undefined && textOf(kind, wanted) === textOf(kind, found)) continue;
      if (found !== undefined) remove.push(idOf(kind, found));
      if (wanted !== undefined) insert.push(wanted);
      if (insert.length + remove.length >= BATCH) await write();
    }
    await write();
  }
}

async function* records<K extends Kind>(kind: K, vault: VaultRecords): AsyncGenerator<RecordsOf[K], undefined> {
  for (let after = ''; ;) {
    const page = await vault.page(kind, after, BATCH);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < BATCH) return undefined;
    after = idOf(kind, last);
  }
}

/** @param before records that were compared before these */
async function contentsOf(vault: VaultRecords, before: number, { signal, compared }: Watch): Promise<Contents> {
  const hash = createHash('sha256').update(vault.identity.wrapped.toString('hex'));
  const counts = { persons: 0, sealed: 0, waiting: 0, erased: 0 };
  let done = before;
  for (const kind of KINDS) {
    hash.update(`\n${kind}`);
    for await (const record of records(kind, vault)) {
      stopAt(signal);
      hash.update(`\n${textOf(kind, record)}`);
      counts[kind]++;
      compared(++done);
    }
  }
  return { ...counts, digest: hash.digest('hex') };
}

const total = ({ persons, sealed, waiting, erased }: Contents): number => persons + sealed + waiting + erased;

const said = ({ persons, sealed, waiting, erased }: Contents): string =>
  `${persons} persons, ${sealed} sealed values, ${waiting} waiting and ${erased} erased persons`;

function difference(source: VaultRecords, target: VaultTarget, wanted: Contents, found: Contents): Error {
  const both = `${source.place} has ${said(wanted)}, ${target.place} has ${said(found)}`;
  if (target.isFinished) {
    return new VaultLocked(
      'VAULT_DIFFERS',
      `this vault was moved to ${target.place} before, and one of the two was used since: ${both}. Nothing was changed; ` +
        'to move it once more, empty the target, if nothing was recorded with it',
    );
  }
  return new NotAsCopied(
    `not all of it is equal: ${both}. Nobody uses the target yet. See that no server runs, and run it again`,
  );
}

function stopAt(signal: AbortSignal): void {
  if (signal.aborted) throw new MoveStopped('stopped');
}
