import {
  createRemoteJWKSet,
  errors,
  jwtVerify,
  type CryptoKey,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
} from 'jose';
import type { Clock } from '../../kernel/clock.js';
import type { ActorId } from '../../kernel/ids.js';
import type { Vault } from '../../vault/vault.js';
import { Problem, TokenRefused } from '../problems/problem.js';
import { readClaims, type Principal } from './principal.js';

/** A shared secret in the hands of every verifier proves nothing: asymmetric signatures only. */
const ALGORITHMS = [
  'EdDSA',
  'Ed25519',
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
];
const CLOCK_TOLERANCE_SECONDS = 5;
const CACHED_TOKENS = 10_000;

/** Where a token's key comes from, and what it must say. */
export interface Trust {
  readonly issuer: string;
  readonly audience: string;
  readonly key: CryptoKey | JWTVerifyGetKey;
}

/** Verifies bearer tokens, each once: its principal is kept until the token expires (DESIGN.md, The edge). */
export class Tokens {
  readonly #cache = new Map<string, Principal>();

  constructor(
    private readonly trust: Trust,
    private readonly vault: Pick<Vault, 'pseudonym' | 'digest'>,
    private readonly clock: Clock,
  ) {}

  /** The principal of a token that was verified before; undefined where `verify` must be asked. */
  cached(token: string): Principal | undefined {
    const principal = this.#cache.get(token);
    if (principal === undefined) return undefined;
    if (principal.expiresAt > this.clock.now()) return principal;
    this.#cache.delete(token);
    return undefined;
  }

  /** @throws TokenRefused, or Problem `ISSUER_UNAVAILABLE` where the keys cannot be fetched */
  async verify(token: string): Promise<Principal> {
    const claims = readClaims(await this.#payload(token), this.trust.issuer);
    const actor = await actorNamed(this.vault, claims.issuer, claims.subject);
    const principal: Principal = { ...claims, actor, sender: senderOf(this.vault, actor), callers: new Map() };
    if (this.#cache.size >= CACHED_TOKENS) {
      const [oldest] = this.#cache.keys();
      if (oldest !== undefined) this.#cache.delete(oldest);
    }
    this.#cache.set(token, principal);
    return principal;
  }

  async #payload(token: string) {
    const options: JWTVerifyOptions = {
      issuer: this.trust.issuer,
      audience: this.trust.audience,
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(this.clock.now()),
    };
    try {
      const { key } = this.trust;
      const { payload } = await (typeof key === 'function'
        ? jwtVerify(token, key, options)
        : jwtVerify(token, key, options));
      return payload;
    } catch (error) {
      throw refusalOf(error);
    }
  }
}

/** Who the log says a token's subject is. */
export const actorNamed = (vault: Pick<Vault, 'pseudonym'>, issuer: string, subject: string): Promise<ActorId> =>
  vault.pseudonym('actor', JSON.stringify([issuer, subject]));

/**
 * What stands for an actor in the ids of commands. Every event names its actor: without the ledger's key in it, whoever
 * reads the log could try which Idempotency-Key makes a command's id, and clients put much into those (docs/adr/0013).
 */
export const senderOf = (vault: Pick<Vault, 'digest'>, actor: ActorId): string =>
  vault.digest(JSON.stringify(['sender', actor]));

function refusalOf(error: unknown): Error {
  if (error instanceof Problem) return error;
  if (error instanceof errors.JWTExpired) return new TokenRefused('expired');
  if (error instanceof errors.JWTClaimValidationFailed) {
    return new TokenRefused(error.claim === 'nbf' ? 'early' : error.claim === 'exp' ? 'expiry' : 'claims');
  }
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey) {
    return new TokenRefused('signature');
  }
  // Also a TypeError: the token's header chose an algorithm that does not suit the key.
  return new TokenRefused('malformed');
}

/** The issuer's published keys. That they cannot be fetched says nothing about a token. */
export function publishedKeys(url: URL): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(url);
  const unsuitable = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      if (unsuitable.some((kind) => error instanceof kind)) throw error;
      throw new Problem('ISSUER_UNAVAILABLE', { headers: { 'retry-after': '5' } });
    }
  };
}
