import { applyDecorators, HttpCode, RequestMapping, RequestMethod, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension, ApiHeader, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { methodOf, pathOf, routeOf, type RouteKey } from './access.js';

export const ROUTE_METADATA = 'sijill:route';

/**
 * Binds a handler to a route of `ROUTES`: its method and path, who may use it, and its part of the OpenAPI document.
 * The controller itself has no path: `@Controller()`.
 */
export function Access(key: RouteKey): MethodDecorator {
  const route = routeOf(key);
  const method = methodOf(key);
  const isCommand = method !== 'GET' && route.command !== undefined;
  const decorators = [
    SetMetadata(ROUTE_METADATA, key),
    RequestMapping({
      method: RequestMethod[method as keyof typeof RequestMethod],
      path: pathOf(key).replaceAll(/\{(\w+)\}/g, ':$1'),
    }),
    ApiTags(pathOf(key).split('/')[pathOf(key).startsWith('/v1/') ? 2 : 1] as string),
    ApiExtension('x-name-ar', route.ar),
    ...[...pathOf(key).matchAll(/\{(\w+)\}/g)].map(([, name]) =>
      ApiParam({ name: name as string, schema: { type: 'string' } }),
    ),
  ];
  if (method !== 'GET' && !isCommand) decorators.push(HttpCode(200));
  if (route.roles === 'public') {
    decorators.push(ApiOperation({ operationId: key, summary: route.en, description: 'No token is asked for.' }));
    return applyDecorators(...decorators);
  }
  decorators.push(
    ApiOperation({ operationId: key, summary: route.en, description: `Roles: ${route.roles.join(', ')}.` }),
    ApiBearerAuth(),
    ApiExtension('x-roles', route.roles),
    ApiHeader({ name: 'Accept-Language', required: false, description: 'en or ar: the language of problem details.' }),
    ...problems(isCommand ? [400, 401, 403, 404, 409, 412, 422, 429, 503] : [400, 401, 403, 404, 429, 503]),
  );
  if (isCommand) decorators.push(...commandHeaders(route.ifMatch === true, route.creates === true));
  else if (method === 'GET') {
    decorators.push(
      ApiHeader({ name: 'Sijill-After', required: false, description: 'A sequence that the answer must have seen.' }),
    );
  }
  return applyDecorators(...decorators);
}

const commandHeaders = (ifMatch: boolean, creates: boolean) => [
  ApiHeader({ name: 'Idempotency-Key', required: true, description: '1 to 255 visible ASCII characters.' }),
  ApiHeader({ name: 'If-Match', required: ifMatch, description: 'The ETag of what was seen: "3".' }),
  ApiHeader({ name: 'Prefer', required: false, description: 'wait=SECONDS, return=minimal (RFC 7240).' }),
  ApiHeader({ name: 'traceparent', required: false, description: 'W3C trace context.' }),
  ApiResponse({
    status: creates ? 201 : 200,
    description: 'The acknowledgement; a repeat of the command gets the first one again.',
    headers: { ETag: { schema: { type: 'string' } } },
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Acknowledgement' } } },
  }),
  ...(ifMatch ? problems([428]) : []),
];

const problems = (statuses: readonly number[]) =>
  statuses.map((status) =>
    ApiResponse({
      status,
      description: 'Problem details (RFC 9457).',
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    }),
  );
