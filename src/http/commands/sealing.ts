import { LedgerUnavailable } from '../../ledger/outcome.js';
import type { Uuid } from '../../kernel/ids.js';
import { VaultUnavailable, type Person, type Vault } from '../../vault/vault.js';

/**
 * The commitment to a personal value, for a command: stored only with the event that names it, so that a refused
 * command leaves nothing behind.
 * @param of the id of the event, or of what has one such event (`Vault.seal`)
 * @throws LedgerUnavailable where the vault cannot seal now: nothing was recorded, and a repeat is safe
 */
export async function sealed(
  vault: Pick<Vault, 'seal'>,
  person: Person,
  field: string,
  value: string,
  of: Uuid,
): Promise<string> {
  try {
    return await vault.seal(person, field, value, of);
  } catch (error) {
    if (!(error instanceof VaultUnavailable)) throw error;
    throw new LedgerUnavailable('the vault cannot be written now; try again', { cause: error });
  }
}
