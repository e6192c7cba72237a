import { hash } from 'node:crypto';

/**
 * SHA-256, hex, of the UTF-8 JSON array `["sijill/commitment/1",salt,person,field,value]` without white space: a
 * holder of the salt and the value can check it with any JSON library.
 * @param salt hex
 */
export const commitmentTo = (salt: string, person: string, field: string, value: string): string =>
  hash('sha256', JSON.stringify(['sijill/commitment/1', salt, person, field, value]), 'hex');
