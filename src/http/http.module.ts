import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import type { Logger } from 'pino';
import type { Configuration } from '../config/configuration.js';
import { AccessGuard } from './access.guard.js';
import { Attempts } from './attempts.js';
import { DevTokenController } from './auth/dev-token.controller.js';
import { DevelopmentIssuer } from './auth/development.js';
import { publishedKeys, Tokens, type Trust } from './auth/tokens.js';
import { CommandEdge } from './commands/command-edge.js';
import { LOGGER } from './logger.js';
import { Metrics } from './metrics.js';
import { OperationsController } from './operations.controller.js';
import { HTTP_PORTS, type HttpPorts } from './ports.js';
import { ProblemFilter } from './problems/problem.filter.js';
import { Quotas } from './quotas.js';
import { Reads } from './reads.js';
import { EventStreams, STREAM_LIMITS, type StreamLimits } from './streams/event-streams.js';
import { SuppressedReporter } from './suppressed.js';
import { DtoPipe } from './validation/dto.pipe.js';

export type EdgeConfiguration = Pick<
  Configuration,
  'oidc' | 'data' | 'requestsPerMinute' | 'refusalsPerHour' | 'streams' | 'streamsPerSubject'
>;

/** The server cuts off what is silent for a minute, many proxies sooner. */
const STREAM_TIMES = { heartbeatMs: 15_000, patienceMs: 30_000 };

export interface EdgeOptions {
  readonly configuration: EdgeConfiguration;
  readonly ports: HttpPorts;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Default: what suits people and proxies. */
  readonly streamTimes?: Pick<StreamLimits, 'heartbeatMs' | 'patienceMs'>;
}

/** The edge: who may, how often, in which form, and what is answered. Controllers elsewhere inject what it exports. */
@Module({})
export class HttpModule {
  /** @throws Error where the development issuer's key cannot be read */
  static async register({ configuration, ports, logger, metrics, streamTimes }: EdgeOptions): Promise<DynamicModule> {
    const { oidc, data, streams, streamsPerSubject } = configuration;
    const limits: StreamLimits = { ...STREAM_TIMES, ...streamTimes, streams, streamsPerSubject };
    const development = oidc === undefined ? await DevelopmentIssuer.open(data, ports.clock) : undefined;
    const trust: Trust =
      oidc === undefined
        ? (development as DevelopmentIssuer).trust
        : { issuer: oidc.issuer, audience: oidc.audience, key: publishedKeys(oidc.jwksUrl) };
    const shared = [CommandEdge, Reads, Attempts, EventStreams];
    return {
      module: HttpModule,
      global: true,
      controllers: [OperationsController, ...(development === undefined ? [] : [DevTokenController])],
      providers: [
        { provide: HTTP_PORTS, useValue: ports },
        { provide: LOGGER, useValue: logger },
        { provide: Metrics, useValue: metrics },
        { provide: Quotas, useValue: new Quotas(configuration, ports.clock) },
        { provide: STREAM_LIMITS, useValue: limits },
        { provide: Tokens, useValue: new Tokens(trust, ports.vault, ports.clock) },
        ...(development === undefined ? [] : [{ provide: DevelopmentIssuer, useValue: development }]),
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_PIPE, useClass: DtoPipe },
        { provide: APP_FILTER, useClass: ProblemFilter },
        SuppressedReporter,
        ...shared,
      ],
      exports: [...shared, HTTP_PORTS, LOGGER, Metrics],
    };
  }
}
