import { decrypt, encrypt, KEY_BYTES, newKey, subkey } from './encryption.js';
import { VaultLocked } from './vault.js';

const LEDGER_KEY = ['ledger-key'];

/** What a vault's master key opens. */
export interface VaultKeys {
  /** Wraps the data keys of persons. */
  readonly wrapping: Buffer;
  /** Makes keyed hashes: pseudonyms are found by them. */
  readonly ledger: Buffer;
}

/** @throws VaultLocked `MASTER_KEY_MALFORMED` */
export function wrappingKeyOf(masterKey: Buffer): Buffer {
  if (masterKey.length === KEY_BYTES) return subkey(masterKey, 'wrap');
  throw new VaultLocked('MASTER_KEY_MALFORMED', `the master key must have ${KEY_BYTES} bytes`);
}

/** A ledger key, as it is stored. */
export const wrappedLedgerKey = (wrappingKey: Buffer, key: Buffer): Buffer => encrypt(wrappingKey, key, LEDGER_KEY);
export const newLedgerKey = (wrappingKey: Buffer): Buffer => wrappedLedgerKey(wrappingKey, newKey());

/** @param place of the vault, for people @throws VaultLocked `MASTER_KEY_WRONG` */
export function ledgerKeyOf(wrappingKey: Buffer, wrapped: Buffer, place: string): Buffer {
  try {
    return decrypt(wrappingKey, wrapped, LEDGER_KEY);
  } catch {
    throw new VaultLocked(
      'MASTER_KEY_WRONG',
      `the master key does not open ${place}: set SIJILL_MASTER_KEY, or restore master.key, as they were when the ` +
        'vault was made; if they are, the vault is damaged: restore it from its backup',
    );
  }
}

/** Subkeys of a person's data key: without it neither what was sealed nor that it was sealed can be found. */
export interface PersonKeys {
  readonly content: Buffer;
  /** Makes the salts: the same value gets the same one. */
  readonly salt: Buffer;
}
