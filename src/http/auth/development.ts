import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, importJWK, SignJWT, type CryptoKey, type JWK } from 'jose';
import type { Clock } from '../../kernel/clock.js';
import type { Role } from '../../kernel/envelope.js';
import type { Trust } from './tokens.js';

/** Names the subjects of a development ledger, in the ids of their commands and in the vault. */
export const DEVELOPMENT_ISSUER = 'urn:sijill:development';
const AUDIENCE = 'sijill';
const LIFETIME_SECONDS = 12 * 3600;
const KEY_FILE = 'development-token-key.json';

export interface TokenWish {
  readonly sub: string;
  readonly roles: readonly Role[];
  readonly party?: string;
}

/** RFC 6749 section 5.1. */
export interface IssuedToken {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  /** Seconds. */
  readonly expires_in: number;
}

/**
 * The issuer of a development ledger: anyone on this machine may have any token. The configuration sees to it that it
 * exists only on a loopback address, without another issuer and outside production.
 */
export class DevelopmentIssuer {
  private constructor(
    private readonly privateKey: CryptoKey,
    publicKey: CryptoKey,
    private readonly clock: Clock,
  ) {
    this.trust = { issuer: DEVELOPMENT_ISSUER, audience: AUDIENCE, key: publicKey };
  }

  readonly trust: Trust;

  /** The key is kept in the data directory, so that tokens survive a restart. @throws Error for a foreign file */
  static async open(data: string, clock: Clock): Promise<DevelopmentIssuer> {
    const path = join(data, KEY_FILE);
    const jwk = existsSync(path) ? readKey(path) : await createKey(data, path);
    const { d: _, ...publicJwk } = jwk;
    try {
      const privateKey = (await importJWK(jwk, 'EdDSA')) as CryptoKey;
      const publicKey = (await importJWK(publicJwk, 'EdDSA')) as CryptoKey;
      return new DevelopmentIssuer(privateKey, publicKey, clock);
    } catch (cause) {
      throw new Error(`${path} holds no Ed25519 key: remove it, a new one is then made`, { cause });
    }
  }

  async issue({ sub, roles, party }: TokenWish): Promise<IssuedToken> {
    const now = Math.floor(this.clock.now() / 1000);
    const access_token = await new SignJWT({ roles: [...roles], ...(party !== undefined && { party }) })
      .setProtectedHeader({ alg: 'EdDSA' })
      .setSubject(sub)
      .setIssuer(DEVELOPMENT_ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt(now)
      .setExpirationTime(now + LIFETIME_SECONDS)
      .sign(this.privateKey);
    return { access_token, token_type: 'Bearer', expires_in: LIFETIME_SECONDS };
  }
}

function readKey(path: string): JWK {
  if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as JWK;
  } catch (cause) {
    throw new Error(`${path} is not JSON: remove it, a new key is then made`, { cause });
  }
}

async function createKey(data: string, path: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const jwk = await exportJWK(privateKey);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const file = openSync(path, 'wx', 0o600); // never overwrites
  try {
    writeSync(file, JSON.stringify(jwk));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return jwk;
}
