import { applyDecorators, HttpCode, RequestMapping, RequestMethod, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension, ApiHeader, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { TSchema } from 'typebox';
import { methodOf, pathOf, routeOf, type RouteKey } from './access.js';
import { EVENT_STREAM } from './streams/headers.js';
import { ACTOR_PATTERN, PARTY_PATTERN } from './validation/fields.js';

export const ROUTE_METADATA = 'sijill:route';

/**
 * Binds a handler to a route of `ROUTES`: its method and path, who may use it, and its part of the OpenAPI document.
 * The controller itself has no path: `@Controller()`.
 * @param answer what a success says; a command answers its acknowledgement
 * @param status of a success that is no command's
 */
export function Access(key: RouteKey, answer?: TSchema, status = 200): MethodDecorator {
  const route = routeOf(key);
  const method = methodOf(key);
  const isCommand = method !== 'GET' && route.command !== undefined && route.reads !== true;
  const decorators = [
    SetMetadata(ROUTE_METADATA, key),
    RequestMapping({
      method: RequestMethod[method as keyof typeof RequestMethod],
      path: pathOf(key).replaceAll(/\{(\w+)\}/g, route.rest === true ? '*' : ':$1'),
    }),
    ApiTags(pathOf(key).split('/')[pathOf(key).startsWith('/v1/') ? 2 : 1] as string),
    ApiExtension('x-name-ar', route.ar),
    ...[...pathOf(key).matchAll(/\{(\w+)\}/g)].map(([, name = '']) =>
      ApiParam({ name, schema: PARAMETERS[name] ?? UUID }),
    ),
    problem('default'),
  ];
  if (isCommand) decorators.push(...commandParts(route.ifMatch === true, route.creates === true));
  else
    decorators.push(
      HttpCode(status),
      ApiResponse({ status, description: 'As asked for.', content: contentOf(answer) }),
    );
  if (route.roles === 'public') {
    decorators.push(ApiOperation({ operationId: key, summary: route.en, description: 'No token is asked for.' }));
    return applyDecorators(...decorators);
  }
  decorators.push(
    ApiOperation({ operationId: key, summary: route.en, description: `Roles: ${route.roles.join(', ')}.` }),
    ApiBearerAuth(),
    ApiExtension('x-roles', route.roles),
    ApiHeader({ name: 'Accept-Language', required: false, description: 'en or ar: the language of problem details.' }),
    ...(isCommand ? [400, 401, 403, 404, 409, 412, 422, 429, 503] : [400, 401, 403, 404, 429, 503]).map(problem),
  );
  if (method === 'GET') {
    decorators.push(
      ApiHeader({
        name: 'Sijill-After',
        required: false,
        description: 'A sequence that the answer must have seen.',
        schema: { type: 'string', pattern: '^[0-9]{1,15}$' },
      }),
    );
  }
  return applyDecorators(...decorators);
}

/** Of a reading that answers its entity tag, and 304 to who has it. */
export const Tagged = (): MethodDecorator =>
  applyDecorators(
    ApiHeader({ name: 'If-None-Match', required: false, description: 'The ETag of what the caller has: "3".' }),
    ApiResponse({ status: 304, description: 'The caller has it.' }),
  );

/** Of a reading of stored events that can be followed as Server-Sent Events, too. @param page of the list */
export const Streamed = (page: TSchema): MethodDecorator =>
  applyDecorators(
    ApiHeader({
      name: 'Last-Event-ID',
      required: false,
      description: 'Of a stream: the id of the last event that the reader has, which is its revision.',
      schema: { type: 'string', pattern: '^(0|[1-9][0-9]{0,15})$' },
    }),
    ApiResponse({
      status: 200,
      description:
        'Accept: text/event-stream asks for a stream that stays open: each event has its revision as id, its type as ' +
        'event, and as data what an item of the page would be.',
      content: { ...contentOf(page), [EVENT_STREAM]: { schema: { type: 'string' } } },
    }),
  );

const UUID = { type: 'string', format: 'uuid' } as const;
const PARAMETERS: Readonly<Record<string, { type: 'string'; pattern: string }>> = {
  party: { type: 'string', pattern: PARTY_PATTERN },
  actor: { type: 'string', pattern: ACTOR_PATTERN },
  path: { type: 'string', pattern: '^([0-9]{1,2}|entries)/(x[0-9]{3}/)*[0-9]{3}([.]p/[0-9]{1,3})?$' },
  name: { type: 'string', pattern: '^[a-z][a-z0-9-]{0,63}(\\.[a-z]{1,16}){0,2}$' },
};

const contentOf = (schema: TSchema | undefined) =>
  schema === undefined ? { 'text/plain': {} } : { 'application/json': { schema: schema as object } };

const commandParts = (ifMatch: boolean, creates: boolean) => [
  ApiHeader({
    name: 'Idempotency-Key',
    required: true,
    description: '1 to 255 visible ASCII characters.',
    schema: { type: 'string', pattern: '^[!-~]{1,255}$' },
  }),
  ApiHeader({
    name: 'If-Match',
    required: ifMatch,
    description: 'The ETag of what was seen: "3".',
    schema: { type: 'string', pattern: '^"(0|[1-9][0-9]{0,15})"$' },
  }),
  ApiHeader({ name: 'Prefer', required: false, description: 'wait=SECONDS (at most 30), return=minimal (RFC 7240).' }),
  ApiHeader({ name: 'traceparent', required: false, description: 'W3C trace context.' }),
  ApiResponse({
    status: creates ? 201 : 200,
    description: 'The acknowledgement; a repeat of the command gets the first one again.',
    headers: { ETag: { schema: { type: 'string' } } },
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Acknowledgement' } } },
  }),
  ApiResponse({ status: 204, description: 'The same in headers alone, where Prefer: return=minimal asked for it.' }),
  ...(ifMatch ? [problem(428)] : []),
];

const problem = (status: number | 'default') =>
  ApiResponse({
    status,
    description: 'Problem details (RFC 9457).',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  });
