/** ٠–٩ and ۰–۹ become 0–9 (domain.md §2). */
export const foldDigits = (text: string): string =>
  text.replace(/[٠-٩۰-۹]/g, (digit) => String(digit.charCodeAt(0) & 0xf));

/** A national ID (1…) or Iqama (2…): ten digits with a Luhn check digit (domain.md §2). */
export const isNationalId = (text: string): boolean => /^[12]\d{9}$/.test(text) && luhn(text);

/** IBAN of Saudi Arabia: SA and 22 digits, ISO 7064 mod-97 = 1 (domain.md §2). Spaces are not accepted. */
export function isSaudiIban(text: string): boolean {
  if (!/^SA\d{22}$/.test(text)) return false;
  const rearranged = text.slice(4) + '2810' + text.slice(2, 4); // S = 28, A = 10
  return BigInt(rearranged) % 97n === 1n;
}

/** UUIDs and hexadecimal digests: whatever ten digits stand in a row there, they are nobody's number. */
const OPAQUE =
  /(?<![0-9a-z])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=[0-9]*[a-f])[0-9a-f]{16,})(?![0-9a-z])/gi;
/** What people put between groups of digits. */
const GAP = '[\\s._-]?';
/** What every personal number has, however it is written. Most texts have not, and all texts of a request are looked at. */
const TEN_DIGITS = new RegExp(`[0-9٠-٩۰-۹](?:${GAP}[0-9٠-٩۰-۹]){9}`);
const IBAN = new RegExp(`SA(?:${GAP}\\d){22}`, 'i');
/** With the country's code, in whichever of its spellings, or as it is dialled at home. */
const MOBILE = new RegExp(`(?<!\\d)(?:(?:\\+|00)?966${GAP}0?5(?:${GAP}\\d){8}|05\\d{8})(?!\\d)`);

/**
 * True where a text holds a national ID or Iqama, an IBAN or a mobile number: none may enter an event. It catches what
 * is written by mistake, not what is hidden on purpose. It is part of every request's digest: what it finds more
 * makes repeats of older commands other requests.
 */
export function holdsPersonalNumber(text: string): boolean {
  if (!TEN_DIGITS.test(text)) return false;
  const plain = foldDigits(text).replace(OPAQUE, '#');
  if (holdsIban(plain) || MOBILE.test(plain)) return true;
  return [...plain.matchAll(/(?<!\d)[12]\d{9}(?!\d)/g)].some(([digits]) => isNationalId(digits));
}

/** True where a text holds what looks like an IBAN of Saudi Arabia, whether its check digits fit or not. */
export const holdsIban = (text: string): boolean => IBAN.test(foldDigits(text));

function luhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    const doubled = i % 2 === 0 ? digit : digit * 2;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
