/** Personal values: they go to the vault, never into an event, an address or a message. */
import { field, ofText, type FieldOptions } from './field.js';

const MOBILE = /^\+9665\d{8}$/;
/** One @, a domain with a dot, no spaces; what more an address must be its mail server knows. */
const EMAIL = /^[^\s@"(),:;<>[\\\]]{1,64}@[^\s@.]+(\.[^\s@.]+)+$/;

/** Control characters, halves of characters, and what turns the direction of all that follows: a name would hide in it. */
const UNSHOWN = /[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]/u;

/** A name in any script: at least one letter, nothing that is not shown as it stands. */
export const IsName = (options?: FieldOptions) =>
  field(
    ofText((text) =>
      text.length <= 200 && /\p{L}/u.test(text) && !UNSHOWN.test(text) ? undefined : { code: 'NOT_A_NAME' },
    ),
    { type: 'string', minLength: 1, maxLength: 200 },
    { example: 'عبدالله بن محمد', ...options },
  );

/** domain.md §2. */
export const IsMobile = (options?: FieldOptions) =>
  field(
    ofText((text) => (MOBILE.test(text) ? undefined : { code: 'NOT_A_MOBILE' })),
    { type: 'string', pattern: MOBILE.source },
    { example: '+966500000000', ...options },
  );

export const IsEmail = (options?: FieldOptions) =>
  field(
    ofText((text) => (text.length <= 254 && EMAIL.test(text) ? undefined : { code: 'NOT_AN_EMAIL' })),
    { type: 'string', format: 'email', maxLength: 254 },
    { example: 'someone@example.sa', ...options },
  );
