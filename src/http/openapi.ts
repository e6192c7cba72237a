import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** OpenAPI 3.1 of every controller, at `/openapi.json`; readable at `/docs`. */
export function documentApi(app: NestFastifyApplication): void {
  SwaggerModule.setup('docs', app, () => openApi(app), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Sijill',
    swaggerOptions: { validatorUrl: null },
  });
}

export function openApi(app: NestFastifyApplication): OpenAPIObject {
  const description =
    'Every command needs an Idempotency-Key and answers an acknowledgement with the position of what it recorded. ' +
    'A command that a rule stops is recorded too, and answered as problem details with the rule and the attempt.';
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Sijill (سِجِلّ)')
    .setDescription(description)
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth();
  const document = SwaggerModule.createDocument(app, builder.build(), { autoTagControllers: false });
  const bodies = (document.components?.schemas ?? {}) as Record<string, Body>;
  // Every class that Nest finds is a body: it forbids unknown fields, and may be absent where none is required.
  for (const body of Object.values(bodies)) body.additionalProperties = false;
  for (const operation of Object.values(document.paths).flatMap((path) => Object.values(path) as Operation[])) {
    const name = operation.requestBody?.content['application/json']?.schema.$ref.split('/').at(-1);
    if (operation.requestBody && name !== undefined)
      operation.requestBody.required = bodies[name]?.required !== undefined;
  }
  document.components = { ...document.components, schemas: { ...bodies, ...SHARED } as typeof SHARED };
  return document;
}

interface Body {
  additionalProperties?: boolean;
  readonly required?: readonly string[];
}
interface Operation {
  readonly requestBody?: {
    required?: boolean;
    readonly content: Readonly<Record<string, { readonly schema: { readonly $ref: string } }>>;
  };
}

const text = { type: 'string' };
const SHARED = {
  Acknowledgement: {
    type: 'object',
    required: ['id', 'revision', 'state'],
    properties: {
      id: { type: 'string', format: 'uuid' },
      revision: { type: 'integer', minimum: -1 },
      sequence: { type: 'integer', minimum: 0, description: 'Place of the last event in the ledger.' },
      event: { type: 'string', format: 'uuid', description: 'The last event of the command.' },
      state: { ...text, description: 'After the command.' },
      underReview: { type: 'boolean' },
      request: { type: 'string', format: 'uuid', description: 'The open request.' },
      proof: { ...text, description: 'With Prefer: proof, once a checkpoint covers the event: its proof of record.' },
      proofAt: { ...text, description: 'With Prefer: proof: where the proof of record is, now or soon.' },
    },
  },
  Problem: {
    type: 'object',
    required: ['type', 'title', 'status', 'detail', 'code'],
    properties: {
      type: { ...text, description: 'urn:sijill:problem:<code in kebab-case>; stable.' },
      title: text,
      status: { type: 'integer' },
      detail: text,
      code: text,
      rule: { ...text, description: 'The rule that refused: E7.' },
      ruleVersion: { type: 'integer' },
      attempt: { type: 'string', format: 'uuid', description: 'The recorded refusal.' },
      sequence: { type: 'integer' },
      errors: {
        type: 'array',
        items: {
          type: 'object',
          required: ['path', 'code', 'message'],
          properties: { path: text, code: text, message: text },
        },
      },
    },
  },
} as NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
