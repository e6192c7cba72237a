import { readFileSync } from 'node:fs';
import { Controller, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Access } from '../http/access.decorator.js';
import { NoQuery } from '../http/validation/dtos.js';

/** What the page may run it says itself, by digest, so that a copy that was kept is bound by it, too. */
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'public, max-age=300',
  'content-security-policy': "frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
};

/** The verifier as a page: whoever opens it verifies on their own machine. */
@Controller()
export class VerifyPageController {
  readonly #page = readFileSync(new URL('../verify/page.html', import.meta.url), 'utf8');

  @Access('GET /verify')
  show(@Res({ passthrough: true }) reply: FastifyReply, @Query() _query: NoQuery): string {
    reply.headers(HEADERS);
    return this.#page;
  }
}
