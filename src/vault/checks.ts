import { isUuid } from '../kernel/ids.js';
import { InvalidValue } from '../kernel/invalid-value.js';

/* What the vault takes. @throws InvalidValue, whose message never holds a value */

/** Half a surrogate pair has no bytes in UTF-8: it would come back as another text. */
export function assertText(value: string): void {
  if (!value.isWellFormed()) throw new InvalidValue('VAULT_VALUE', 'a value must be well-formed Unicode text');
}

export function assertIdentity(value: string): void {
  assertText(value);
  if (value === '') throw new InvalidValue('VAULT_VALUE', 'an identity must not be empty');
}

/** Stored as they are: neither may hold anything about a person (domain.md §2). */
export function assertPerson(person: string): void {
  const [, uuid = ''] = /^(?:actor|party)_(.*)$/.exec(person) ?? [];
  if (!isUuid(uuid)) {
    throw new InvalidValue('VAULT_PERSON', 'a person must be a pseudonym: "actor_" or "party_" and a lower-case UUID');
  }
}

export function assertField(field: string): void {
  if (!/^[a-zA-Z][a-zA-Z0-9]{0,63}$/.test(field)) {
    throw new InvalidValue('VAULT_FIELD', 'a field must be a name of at most 64 letters and digits, such as phone');
  }
}
