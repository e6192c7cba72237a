/** Who a party is outside the ledger, and what is kept of it (domain.md E5, E9a and §2). */
import { foldDigits, isNationalId } from '../../kernel/identifiers.js';

/** E5: debts are registered on individuals, establishments or others. */
export const PARTY_KINDS = ['individual', 'establishment', 'other'] as const;
export type PartyKind = (typeof PARTY_KINDS)[number];

/** How a party can be reached: the party itself may correct these. */
export const CONTACT_FIELDS = ['mobile', 'email', 'address'] as const;
/** What is kept of a party, sealed; an `identifier` never changes, for another one is another party. */
export const PERSONAL_FIELDS = ['identifier', 'name', ...CONTACT_FIELDS] as const;
export type PersonalField = (typeof PERSONAL_FIELDS)[number];

/** What identifiers of each kind look like, for who sent another one. */
export const IDENTIFIERS: Readonly<Record<PartyKind, string>> = {
  individual: 'national ID or Iqama: ten digits, the first 1 or 2, check digit right',
  establishment: 'establishment number: ten digits, the first 7',
  other: '3 to 40 letters A-Z, digits, / and -, and none of the other two',
};

/**
 * The identifier as it is kept: digits folded, no spaces, capital letters.
 * @returns undefined where it is none of this kind
 */
export function identifierOf(kind: PartyKind, text: string): string | undefined {
  const plain = foldDigits(text).replaceAll(/\s/g, '').toUpperCase();
  const isEstablishment = /^7\d{9}$/.test(plain);
  switch (kind) {
    case 'individual':
      return isNationalId(plain) ? plain : undefined;
    case 'establishment':
      return isEstablishment ? plain : undefined;
    case 'other':
      return /^[A-Z0-9][A-Z0-9/-]{2,39}$/.test(plain) && !isNationalId(plain) && !isEstablishment ? plain : undefined;
  }
}

/** What the vault finds a party by: a number of one kind is nobody of another. */
export const identityOf = (kind: PartyKind, identifier: string): string => JSON.stringify([kind, identifier]);

/** A text as it is kept: composed (NFC), and one space where there were several, so that a name has one spelling. */
export const tidy = (text: string): string => text.normalize('NFC').trim().replaceAll(/\s+/g, ' ');
