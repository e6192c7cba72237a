import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Body, Controller, Inject, Query, type Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { pino } from 'pino';
import { Access } from '../../src/http/access.decorator.js';
import { ROUTE_KEYS, type RouteKey } from '../../src/http/access.js';
import { CommandEdge } from '../../src/http/commands/command-edge.js';
import { linkNext, pageOf } from '../../src/http/cursor.js';
import { OnExchange, type Exchange } from '../../src/http/exchange.js';
import { HttpModule, type EdgeConfiguration, type EdgeOptions } from '../../src/http/http.module.js';
import { Metrics } from '../../src/http/metrics.js';
import type { HttpPorts, Indicator, SuppressedAttempts } from '../../src/http/ports.js';
import { Reads } from '../../src/http/reads.js';
import { configureApp, createHttpAdapter, type ServerConfiguration } from '../../src/http/server.js';
import { EventStreams } from '../../src/http/streams/event-streams.js';
import { wantsStream } from '../../src/http/streams/headers.js';
import { CommandBody, PageQuery } from '../../src/http/validation/dtos.js';
import { IsBusinessDay, IsCode, IsIban, IsMoney, IsParty } from '../../src/http/validation/fields.js';
import type { CommandRequest } from '../../src/kernel/decider.js';
import { uuid5, NAMESPACE, streamName, type ActorId, type EventId, type Uuid } from '../../src/kernel/ids.js';
import type { Rule } from '../../src/kernel/refusal.js';
import type { EdgeRefusal } from '../../src/ledger/ledger.js';
import type { Outcome, Refused } from '../../src/ledger/outcome.js';
import { InMemoryEventStore } from '../event-store/in-memory.js';

export const VAULT: HttpPorts['vault'] = {
  pseudonym: ((kind: string, value: string) =>
    Promise.resolve(`${kind}_${uuid5(NAMESPACE.command, value)}`)) as HttpPorts['vault']['pseudonym'],
  digest: (value) => createHmac('sha256', 'test').update(value).digest('hex'),
};

export const PARTY = 'party_2f9d6f3e-7d55-4c1b-9c0e-0f6a3d1f7a10';
export const OTHER_PARTY = 'party_11111111-2222-4333-8444-555555555555';
export const DEBT = '0b9d6f3e-7d55-4c1b-9c0e-0f6a3d1f7a10' as Uuid;
export const REQUEST = '1c9d6f3e-7d55-4c1b-9c0e-0f6a3d1f7a10' as Uuid;

export const SELF_APPROVAL: Rule = {
  code: 'SELF_APPROVAL',
  rule: 'E7',
  version: 2,
  kind: 'state',
  en: 'You asked for it on {day}: another person decides.',
  ar: 'طلبته أنت في {day}: يقرره شخص آخر.',
};

export class DraftBody extends CommandBody {
  @IsParty()
  debtor!: string;

  @IsMoney()
  amount!: { amount: string; currency: string };

  @IsCode(['traffic-fine'])
  ground!: string;

  @IsBusinessDay({ optional: true })
  dueOn?: string;

  @IsIban({ optional: true })
  sourceAccount?: string;
}

export class ListQuery extends PageQuery {
  @IsParty({ optional: true })
  debtor?: string;
}

/** A sent command as the sample handlers saw it. */
export interface Sent {
  readonly target: Uuid;
  readonly request: CommandRequest;
  readonly body: object;
}

/** What the outside of the edge does in a test. */
export class Outside {
  readonly sent: Sent[] = [];
  readonly refusals: EdgeRefusal[] = [];
  readonly suppressed: SuppressedAttempts[] = [];
  /** The sequence that the read models have reached. */
  folded = 0;
  outcome: (sent: Sent) => Promise<Outcome> | Outcome = ({ target }) => accepted(target);
  indicators: Indicator[] = [];
  events = new InMemoryEventStore();
  now = Date.parse('2026-02-01T00:00:00Z');

  readonly execute = async (target: Uuid, request: CommandRequest, body: object): Promise<Outcome> => {
    const sent = { target, request, body };
    this.sent.push(sent);
    return this.outcome(sent);
  };

  ports(rules: readonly Rule[]): HttpPorts {
    return {
      clock: { now: () => this.now },
      vault: VAULT,
      rules,
      events: this.events,
      refuse: async (refusal) => {
        this.refusals.push(refusal);
        return refusedBy(refusal.rule, refusal.facts);
      },
      recordSuppressed: async (report) => void this.suppressed.push(report),
      sequenceOf: () => Promise.resolve(undefined),
      waitFor: async (sequence) => sequence <= this.folded,
      waitForEffects: async ({ sequence }) => sequence <= this.folded,
      proofFor: async (caller, sequence) =>
        caller.role === 'importer' ? undefined : sequence <= this.folded ? { text: `proof of ${sequence}` } : {},
      indicators: this.indicators,
    };
  }
}

export const accepted = (id: Uuid, revision = 3): Outcome => ({
  kind: 'accepted',
  id,
  revision,
  sequence: 41,
  event: { id: uuid5(NAMESPACE.event, id) as EventId, type: 'debts.ProceedingRecorded' },
  state: { state: 'outstanding', underReview: true },
  repeated: false,
});

export const refusedBy = (rule: Rule, facts: Refused['facts'] = {}): Refused => ({
  kind: 'refused',
  code: rule.code,
  rule: rule.rule,
  version: rule.version,
  of: rule.kind,
  facts,
  attempt: uuid5(NAMESPACE.event, rule.code) as EventId,
  sequence: 42,
  repeated: false,
});

const OUTSIDE = Symbol('Outside');

@Controller()
export class SampleController {
  constructor(
    @Inject(CommandEdge) private readonly edge: CommandEdge,
    @Inject(Reads) private readonly reads: Reads,
    @Inject(EventStreams) private readonly streams: EventStreams,
    @Inject(OUTSIDE) private readonly outside: Outside,
  ) {}

  @Access('POST /v1/debts')
  draft(@OnExchange() exchange: Exchange, @Body() body: DraftBody) {
    return this.edge.handle(exchange, body, (target, request) => this.outside.execute(target, request, body));
  }

  @Access('GET /v1/debts')
  list(@OnExchange() exchange: Exchange, @Query() query: ListQuery) {
    const page = pageOf(exchange, query);
    const begin = page.after === undefined ? 0 : Number(page.after.value);
    const next = begin + page.limit;
    linkNext(exchange, next < 50 ? { value: next, id: String(next) } : undefined, page);
    return { items: Array.from({ length: Math.min(page.limit, 50 - begin) }, (_, i) => begin + i) };
  }

  @Access('GET /v1/debts/{id}')
  show(@OnExchange() exchange: Exchange) {
    const debts: Record<string, { debtor: string; revision: number }> = {
      [DEBT]: { debtor: PARTY, revision: 7 },
      [REQUEST]: { debtor: OTHER_PARTY, revision: 1 },
    };
    const { id } = exchange.request.params as { id: string };
    return this.reads.one(
      exchange,
      debts[id],
      (debt) => exchange.caller.role !== 'debtor' || debt.debtor === exchange.caller.party,
      (debt) => debt.revision,
    );
  }

  @Access('GET /v1/debts/{id}/events')
  async events(@OnExchange() exchange: Exchange) {
    const { params, headers } = exchange.request;
    if (!wantsStream(headers.accept)) return { items: [] };
    return this.streams.send(exchange, streamName('debt', (params as { id: Uuid }).id), ({ event }) => event);
  }
}

/** Every other route of the table, with a handler that does as little as can be. */
function remainingRoutes(taken: readonly RouteKey[]): Type<unknown> {
  class RemainingController {
    constructor(
      readonly edge: CommandEdge,
      readonly outside: Outside,
    ) {}
  }
  Inject(CommandEdge)(RemainingController, undefined as never, 0);
  Inject(OUTSIDE)(RemainingController, undefined as never, 1);
  for (const key of ROUTE_KEYS.filter((route) => !taken.includes(route))) {
    const isCommand = !key.startsWith('GET') && !/projections|jobs|lookup/.test(key);
    const method = {
      async [key](this: RemainingController, exchange: Exchange, body: CommandBody) {
        if (!isCommand) return { route: key };
        return this.edge.handle(exchange, body, (target, request) => this.outside.execute(target, request, body));
      },
    };
    const descriptor = Object.getOwnPropertyDescriptor(method, key) as PropertyDescriptor;
    Object.defineProperty(RemainingController.prototype, key, descriptor);
    OnExchange()(RemainingController.prototype, key, 0);
    if (isCommand) Body()(RemainingController.prototype, key, 1);
    Reflect.defineMetadata(
      'design:paramtypes',
      [Object, isCommand ? CommandBody : Object],
      RemainingController.prototype,
      key,
    );
    Access(key)(RemainingController.prototype, key, descriptor);
  }
  Controller()(RemainingController);
  return RemainingController;
}

export interface Edge {
  readonly app: NestFastifyApplication;
  readonly outside: Outside;
  readonly metrics: Metrics;
  readonly logged: string[];
  token(roles: readonly string[], more?: { sub?: string; party?: string | null }): Promise<string>;
  close(): Promise<void>;
}

const HERE: readonly RouteKey[] = [
  'POST /v1/debts',
  'GET /v1/debts',
  'GET /v1/debts/{id}',
  'GET /v1/debts/{id}/events',
  'GET /health/live',
  'GET /health/ready',
  'GET /metrics',
  'POST /dev/token',
];

/** A real Nest application on Fastify with the whole edge; behind it a sample of handlers. */
export async function startEdge(
  options: Partial<EdgeConfiguration & ServerConfiguration> & {
    outside?: Outside;
    level?: string;
    extra?: Type<unknown>[];
    streamTimes?: EdgeOptions['streamTimes'];
  } = {},
): Promise<Edge> {
  const data = mkdtempSync(join(tmpdir(), 'sijill-edge-'));
  const outside = options.outside ?? new Outside();
  const metrics = new Metrics();
  const logged: string[] = [];
  const logger = pino({ level: options.level ?? 'error' }, { write: (line: string) => void logged.push(line) });
  const configuration = {
    data: options.data ?? data,
    requestsPerMinute: options.requestsPerMinute ?? 0,
    refusalsPerHour: options.refusalsPerHour ?? 0,
    streams: options.streams ?? 100,
    streamsPerSubject: options.streamsPerSubject ?? 0,
    ...(options.oidc !== undefined && { oidc: options.oidc }),
  };
  const server = { bodyLimit: options.bodyLimit ?? 8_192, drainMs: options.drainMs ?? 2_000 };
  const { streamTimes } = options;
  const edge = await HttpModule.register({
    configuration,
    ports: outside.ports([SELF_APPROVAL]),
    logger,
    metrics,
    ...(streamTimes !== undefined && { streamTimes }),
  });
  const moduleRef = await Test.createTestingModule({
    imports: [edge],
    controllers: [SampleController, remainingRoutes(HERE), ...(options.extra ?? [])],
    providers: [{ provide: OUTSIDE, useValue: outside }],
  }).compile();
  const app = moduleRef.createNestApplication<NestFastifyApplication>(createHttpAdapter(server, logger, metrics), {
    logger: false,
  });
  configureApp(app);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return {
    app,
    outside,
    metrics,
    logged,
    async token(roles, { sub = 'someone', party = PARTY } = {}) {
      const payload = { sub, roles, ...(party !== null && { party }) };
      const answer = await app.inject({ method: 'POST', url: '/dev/token', payload });
      if (answer.statusCode !== 200) throw new Error(answer.body);
      return (answer.json() as { access_token: string }).access_token;
    },
    async close() {
      await app.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

export const actorOf = (issuer: string, subject: string): ActorId =>
  `actor_${uuid5(NAMESPACE.command, JSON.stringify([issuer, subject]))}` as ActorId;
