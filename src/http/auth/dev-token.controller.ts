import { Body, Controller, Inject, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { isLoopback } from '../../config/variables.js';
import { ROLES, type Role } from '../../kernel/envelope.js';
import { Access } from '../access.decorator.js';
import { Problem } from '../problems/problem.js';
import { AreOneOf, IsParty, IsText } from '../validation/fields.js';
import { DevelopmentIssuer, type IssuedToken } from './development.js';

export class TokenBody {
  @IsText(1, 255, { example: 'a.clerk' })
  sub!: string;

  @AreOneOf(ROLES, { example: ['clerk'] })
  roles!: Role[];

  @IsParty({ optional: true, description: 'The party acted for.' })
  party?: string;
}

const ISSUED = Type.Object({
  access_token: Type.String(),
  token_type: Type.Literal('Bearer'),
  expires_in: Type.Integer({ description: 'Seconds.' }),
});

/** Exists in development mode only: the module leaves the controller out otherwise. */
@Controller()
export class DevTokenController {
  constructor(@Inject(DevelopmentIssuer) private readonly issuer: DevelopmentIssuer) {}

  @Access('POST /dev/token', ISSUED)
  issue(@Req() request: FastifyRequest, @Body() wish: TokenBody): Promise<IssuedToken> {
    // A page from elsewhere may reach this address under a name of its own (DNS rebinding), but not under ours.
    if (!isLoopback(request.hostname)) throw new Problem('ROUTE_NOT_FOUND');
    return this.issuer.issue(wish);
  }
}
