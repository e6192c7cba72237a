import { decrypt, encrypt } from '../encryption.js';
import { ledgerKeyOf, wrappedLedgerKey, wrappingKeyOf } from '../keys.js';
import type { PersonRecord } from '../storage.js';
import { VaultDamaged, VaultLocked } from '../vault.js';

/** The signal ended the rotation. */
export class RotationStopped extends Error {
  override readonly name = 'RotationStopped';
}

/** Stands where a vault has the number of its format, as long as its keys are wrapped by two master keys. */
export const ROTATING = -2;

export const rotating = (place: string): VaultLocked =>
  new VaultLocked(
    'ROTATION_UNFINISHED',
    `the master key of ${place} is being changed: run sijill vault-rotate-key again, with both keys, to go on`,
  );

/** Keys that are read, or written, at once. */
const BATCH = 500;

/** The wrapped keys of a vault, while no server has it. @throws VaultUnavailable */
export interface KeyRing {
  /** For people. */
  readonly place: string;
  /** The ledger's key under the master key of now. */
  readonly wrapped: Buffer;
  /** The same under the next one; present: a rotation has begun. */
  readonly next: Buffer | undefined;
  /** In the order of their ids. @param after an id; '': from the beginning */
  page(after: string, limit: number): Promise<readonly PersonRecord[]>;
  /** Roughly, where to know it exactly would be to look at each. */
  count(): Promise<number>;
  /** No server opens the vault from now on. */
  begin(next: Buffer): Promise<void>;
  rewrap(persons: readonly Pick<PersonRecord, 'id' | 'key'>[]): Promise<void>;
  /** Servers open the vault again, with the next master key alone. */
  finish(next: Buffer): Promise<void>;
  close(): Promise<void>;
}

export interface Watch {
  readonly signal: AbortSignal;
  readonly checked: (done: number) => void;
  readonly rewrapped: (done: number) => void;
}

/**
 * Wraps every key in a vault with another master key; no key changes but that one, so that pseudonyms, salts and sealed
 * values stay what they are. First every key is opened; only then is anything changed. Where an earlier rotation ended,
 * at whatever point, the same one goes on.
 * @returns how many persons have a key; 'before': the vault had the new master key already
 * @throws VaultLocked `MASTER_KEY_WRONG`, `SAME_KEY`, `OTHER_ROTATION`; VaultDamaged; RotationStopped; VaultUnavailable
 */
export async function rotateKey(ring: KeyRing, old: Buffer, next: Buffer, watch: Watch): Promise<number | 'before'> {
  const [from, to] = [wrappingKeyOf(old), wrappingKeyOf(next)];
  if (from.equals(to)) throw new VaultLocked('SAME_KEY', 'the new master key is the one that the vault has');
  if (ring.next === undefined && isOpenedBy(to, ring)) return 'before';
  const ledger = ledgerKeyOf(from, ring.wrapped, ring.place);
  if (ring.next === undefined) {
    let checked = 0;
    for await (const { id, key } of persons(ring, watch.signal)) {
      unwrapped(from, id, key);
      watch.checked(++checked);
    }
    await ring.begin(wrappedLedgerKey(to, ledger));
  } else if (!isOpenedBy(to, { place: ring.place, wrapped: ring.next })) {
    throw new VaultLocked(
      'OTHER_ROTATION',
      `the master key of ${ring.place} is being changed to another one than this: give the one that it was begun with`,
    );
  }
  return finished(ring, from, to, ledger, watch);
}

async function finished(ring: KeyRing, from: Buffer, to: Buffer, ledger: Buffer, watch: Watch): Promise<number> {
  let done = 0;
  let stale: Pick<PersonRecord, 'id' | 'key'>[] = [];
  for await (const { id, key } of persons(ring, watch.signal)) {
    if (!opens(to, id, key)) stale.push({ id, key: encrypt(to, unwrapped(from, id, key), ['person-key', id]) });
    if (stale.length === BATCH) {
      await ring.rewrap(stale);
      stale = [];
    }
    watch.rewrapped(++done);
  }
  if (stale.length > 0) await ring.rewrap(stale);
  await ring.finish(wrappedLedgerKey(to, ledger));
  return done;
}

async function* persons(ring: KeyRing, signal: AbortSignal): AsyncGenerator<PersonRecord, undefined> {
  for (let after = ''; ;) {
    const page = await ring.page(after, BATCH);
    for (const person of page) {
      if (signal.aborted) throw new RotationStopped('stopped');
      yield person;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < BATCH) return undefined;
    after = last.id;
  }
}

const unwrapped = (wrapping: Buffer, id: string, key: Buffer): Buffer => decrypt(wrapping, key, ['person-key', id]);

function opens(wrapping: Buffer, id: string, key: Buffer): boolean {
  try {
    unwrapped(wrapping, id, key);
    return true;
  } catch (error) {
    if (error instanceof VaultDamaged) return false;
    throw error;
  }
}

function isOpenedBy(wrapping: Buffer, { wrapped, place }: Pick<KeyRing, 'wrapped' | 'place'>): boolean {
  try {
    ledgerKeyOf(wrapping, wrapped, place);
    return true;
  } catch (error) {
    if (error instanceof VaultLocked) return false;
    throw error;
  }
}
