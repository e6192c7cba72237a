/** Personal values: they go to the vault, never into an event, an address or a message. */
import { field, ofText, type FieldOptions } from './field.js';

const MOBILE = /^\+9665\d{8}$/;
/** One @, a domain with a dot, no spaces; what more an address must be its mail server knows. */
const EMAIL = /^[^\s@"(),:;<>[\\\]]{1,64}@[^\s@.]+(\.[^\s@.]+)+$/;

/** A name in any script: at least one letter, no control characters. */
export const IsName = (options?: FieldOptions) =>
  field(
    ofText((text) =>
      text.length <= 200 && /\p{L}/u.test(text) && !/\p{Cc}/u.test(text) ? undefined : { code: 'NOT_A_NAME' },
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
