import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { ValidateBy, ValidateIf } from 'class-validator';
import type { FieldFault } from '../problems/problem.js';

/** What a check says of a value: nothing where it is accepted. `path` is relative to the field. */
export type Fault = Pick<FieldFault, 'code' | 'facts'> & { readonly path?: string };
export type Check = (value: unknown) => Fault | undefined;

export interface FieldOptions {
  /** May be left out; null is not "left out". */
  readonly optional?: true;
  readonly description?: string;
  readonly example?: unknown;
}

/** Under this name class-validator carries our faults; each message is a fault as JSON. */
export const CONSTRAINT = 'field';

/** One decorator says both: how a field is checked (class-validator) and how the OpenAPI document shows it. */
export function field(check: Check, schema: ApiPropertyOptions, options: FieldOptions = {}): PropertyDecorator {
  const { optional, ...shown } = options;
  const required = optional !== true;
  // An object's own `required` lists its properties.
  const presence = 'type' in schema && schema.type === 'object' ? { selfRequired: required } : { required };
  const decorators = [
    ApiProperty({ ...schema, ...shown, ...presence } as ApiPropertyOptions),
    ValidateBy({
      name: CONSTRAINT,
      validator: {
        validate: (value: unknown) => value !== undefined && check(value) === undefined,
        defaultMessage: (given) => {
          const value: unknown = given?.value;
          return JSON.stringify(value === undefined ? { code: 'REQUIRED' } : check(value));
        },
      },
    }),
  ];
  if (optional === true) decorators.push(ValidateIf((_, value) => value !== undefined));
  decorators.push((target: object, name: string | symbol) => remember(target, String(name), { check, required }));
  return applyDecorators(...decorators);
}

/** What `field` says of one field. */
interface Declared {
  readonly check: Check;
  readonly required: boolean;
}

const declared = new WeakMap<object, Map<string, Declared>>();

function remember(prototype: object, name: string, field: Declared): void {
  const fields = declared.get(prototype) ?? new Map<string, Declared>();
  declared.set(prototype, fields.set(name, field));
}

/** The fields that `field` declares of a class, with those that it inherits. */
export function declaredFields(dto: new () => object): ReadonlyMap<string, Declared> {
  const fields = new Map<string, Declared>();
  for (let at = dto.prototype as object | null; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    for (const [name, each] of declared.get(at) ?? []) if (!fields.has(name)) fields.set(name, each);
  }
  return fields;
}

/** A check of texts. A repeated query parameter arrives as a list. */
export const ofText =
  (check: (text: string) => Fault | undefined): Check =>
  (value) =>
    typeof value === 'string' ? check(value) : { code: Array.isArray(value) ? 'REPEATED' : 'NOT_TEXT' };
