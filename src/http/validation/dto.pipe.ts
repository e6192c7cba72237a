import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { getMetadataStorage, validateSync, ValidationTypes, type ValidationError } from 'class-validator';
import { foldDigits } from '../../kernel/identifiers.js';
import { invalid, type FieldFault } from '../problems/problem.js';
import { CONSTRAINT, declaredFields, type Fault } from './field.js';

type Dto = new () => object;

/**
 * Checks bodies and queries against the class-validator decorators of their class, whitelisted: an unknown field is a
 * fault. Nest's own ValidationPipe does the same through class-transformer, which costs more than the rest of an
 * empty request; no DTO here needs it, for every field is plain JSON. The result is a new object: what was received
 * stays as it was, for the request's digest.
 */
@Injectable()
export class DtoPipe implements PipeTransform {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if ((type !== 'body' && type !== 'query') || metatype === undefined || metatype === Object) return value;
    return checked(metatype as Dto, value);
  }
}

/** @throws Problem `INVALID_REQUEST` with every fault, unless there are absurdly many */
export function checked<T extends object>(dto: new () => T, value: unknown): T {
  const received = value ?? {};
  if (typeof received !== 'object' || Array.isArray(received)) throw invalid({ path: '', code: 'NOT_AN_OBJECT' });
  const { known, accepts } = rulesOf(dto);
  const instance = new dto() as Record<string, unknown>;
  const faults: FieldFault[] = [];
  for (const key of Object.keys(received)) {
    if (known.has(key)) instance[key] = folded((received as Record<string, unknown>)[key]);
    else if (faults.length < MAX_FAULTS) faults.push(unknownField(key, known));
  }
  if (!accepts(instance)) for (const error of validateSync(instance, OPTIONS)) faults.push(...faultsOf(error));
  if (faults.length > 0) throw invalid(...faults.slice(0, MAX_FAULTS));
  return instance as T;
}

const MAX_FAULTS = 50;
const MAX_PATH = 64;
const OPTIONS = { forbidUnknownValues: false, validationError: { target: false } };

const unknownField = (key: string, known: ReadonlySet<string>): FieldFault => ({
  path: key.length > MAX_PATH ? `${key.slice(0, MAX_PATH)}…` : key,
  code: 'UNKNOWN_FIELD',
  facts: { accepted: [...known].join(', ') },
});

interface Rules {
  /** The names that the class's decorators mention. */
  readonly known: ReadonlySet<string>;
  /**
   * True: class-validator would find no fault. Asking it takes ten times as long as the checks themselves, so it is asked
   * only to say what is wrong; and always, where a class has decorators that are not ours.
   */
  readonly accepts: (instance: Record<string, unknown>) => boolean;
}

const rules = new Map<Dto, Rules>();

function rulesOf(dto: Dto): Rules {
  let found = rules.get(dto);
  if (found === undefined) {
    const metadata = getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false);
    const isOurs = metadata.every(
      ({ name, type }) => name === CONSTRAINT || type === ValidationTypes.CONDITIONAL_VALIDATION,
    );
    const fields = [...declaredFields(dto)];
    found = {
      known: new Set(metadata.map(({ propertyName }) => propertyName)),
      accepts: (instance) =>
        isOurs &&
        fields.every(([name, { check, required }]) => {
          const value = instance[name];
          return value === undefined ? !required : check(value) === undefined;
        }),
    };
    rules.set(dto, found);
  }
  return found;
}

const ARABIC_DIGIT = /[٠-٩۰-۹]/;

/** domain.md §2: ٠–٩ are accepted and stored as 0–9. One level deep: no field nests further. */
function folded(value: unknown): unknown {
  if (typeof value === 'string') return ARABIC_DIGIT.test(value) ? foldDigits(value) : value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  let copy: Record<string, unknown> | undefined;
  for (const [key, item] of Object.entries(value)) {
    if (typeof item === 'string' && ARABIC_DIGIT.test(item)) (copy ??= { ...value })[key] = foldDigits(item);
  }
  return copy ?? value;
}

function faultsOf({ property, constraints, children }: ValidationError): FieldFault[] {
  const own = Object.entries(constraints ?? {}).map(([name, message]): FieldFault => {
    if (name !== CONSTRAINT) return { path: property, code: 'INVALID_FIELD' }; // a decorator of class-validator itself
    const { path, ...fault } = JSON.parse(message) as Fault;
    return { path: path === undefined ? property : `${property}.${path.slice(0, MAX_PATH)}`, ...fault };
  });
  const nested = (children ?? []).flatMap(faultsOf);
  return [...own, ...nested.map((fault) => ({ ...fault, path: `${property}.${fault.path}` }))];
}
