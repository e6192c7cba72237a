import { Controller, Inject, Res } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { Access } from './access.decorator.js';
import { Metrics } from './metrics.js';
import { HTTP_PORTS, type HttpPorts, type Indicator, type IndicatorResult } from './ports.js';

const CHECK_TIMEOUT_MS = 2_000;

const STATUS = Type.Enum(['up', 'down']);
/** Each check has its status, and details of its own. */
const READINESS = Type.Object({ status: STATUS, checks: Type.Record(Type.String(), Type.Object({ status: STATUS })) });

/** What those who run a ledger look at. */
@Controller()
export class OperationsController {
  constructor(
    @Inject(HTTP_PORTS) private readonly ports: HttpPorts,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  @Access('GET /health/live', Type.Object({ status: Type.Literal('up') }))
  live(): { status: 'up' } {
    return { status: 'up' };
  }

  @Access('GET /health/ready', READINESS)
  @ApiResponse({ status: 503, content: { 'application/json': { schema: READINESS } } })
  async ready(@Res({ passthrough: true }) reply: FastifyReply) {
    const results = await Promise.all(this.ports.indicators.map(checked));
    const up = results.every((result) => result.up);
    reply.code(up ? 200 : 503);
    const checks = this.ports.indicators.map(({ name }, index) => {
      const { up: isUp, details } = results[index] as IndicatorResult;
      return [name, { status: isUp ? 'up' : 'down', ...details }] as const;
    });
    return { status: up ? 'up' : 'down', checks: Object.fromEntries(checks) };
  }

  @Access('GET /metrics')
  async prometheus(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    reply.header('content-type', this.metrics.registry.contentType);
    return this.metrics.registry.metrics();
  }
}

/** An indicator that fails or does not answer in time is down; why is in the log of whoever owns it. */
async function checked(indicator: Indicator): Promise<IndicatorResult> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<IndicatorResult>((resolve) => {
    timer = setTimeout(() => resolve({ up: false, details: { reason: 'no answer in time' } }), CHECK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([indicator.check(), timeout]);
  } catch {
    return { up: false, details: { reason: 'failed' } };
  } finally {
    clearTimeout(timer);
  }
}
