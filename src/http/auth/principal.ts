import type { JWTPayload } from 'jose';
import { ROLES, type Actor, type Role } from '../../kernel/envelope.js';
import { holdsPersonalNumber } from '../../kernel/identifiers.js';
import { isPartyId, type ActorId, type PartyId } from '../../kernel/ids.js';
import { TokenRefused } from '../problems/problem.js';

/** What a verified token says; kept for as long as the token is valid. */
export interface Principal {
  readonly issuer: string;
  readonly subject: string;
  /** In the token's order; unknown ones are left out, other programs may use the same issuer. */
  readonly roles: readonly Role[];
  readonly party?: PartyId;
  readonly client?: string;
  readonly actor: ActorId;
  /** Stands for the actor in the ids of commands. */
  readonly sender: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly callers: Map<Role, Caller>;
}

/** A principal in the one role that it uses for a request. */
export interface Caller {
  readonly principal: Principal;
  readonly role: Role;
  /** The party acted for; present in every role that is bound to one. */
  readonly party?: PartyId;
  /** As events name it. */
  readonly actor: Actor;
}

export type Claims = Omit<Principal, 'actor' | 'sender' | 'callers'>;

/** @throws TokenRefused where a claim is not what it must be */
export function readClaims(payload: JWTPayload, issuer: string): Claims {
  const { sub, exp, roles, party } = payload;
  if (typeof sub !== 'string' || sub.length < 1 || sub.length > 255) throw new TokenRefused('subject');
  if (typeof exp !== 'number') throw new TokenRefused('expiry');
  if (!Array.isArray(roles) || !roles.every((role) => typeof role === 'string')) throw new TokenRefused('roles');
  if (party !== undefined && (typeof party !== 'string' || !isPartyId(party))) throw new TokenRefused('party');
  const client = clientOf(payload);
  return {
    issuer,
    subject: sub,
    roles: (roles as string[]).filter((role): role is Role => (ROLES as readonly string[]).includes(role)),
    expiresAt: exp * 1000,
    ...(party !== undefined && { party }),
    ...(client !== undefined && { client }),
  };
}

/** The client program's code, where the token names one that may enter an event. */
function clientOf({ azp, client_id }: JWTPayload): string | undefined {
  const client = azp ?? client_id;
  return typeof client === 'string' && /^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$/.test(client) && !holdsPersonalNumber(client)
    ? client
    : undefined;
}

export function callerIn(principal: Principal, role: Role): Caller {
  let caller = principal.callers.get(role);
  if (caller === undefined) {
    const { actor: id, party, client } = principal;
    caller = {
      principal,
      role,
      ...(party !== undefined && { party }),
      actor: {
        id,
        role,
        ...(party !== undefined && { actingFor: party }),
        ...(client !== undefined && { client }),
      },
    };
    principal.callers.set(role, caller);
  }
  return caller;
}
