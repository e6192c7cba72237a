import Type, { type Static, type TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import type { Envelope, Json, NewEvent } from '../kernel/envelope.js';
import { InvalidEvent } from './event-store.js';

/**
 * An event's schema as a value: its type, its runtime check, its JSON Schema and its page in `docs/events.md` all
 * come from here. A stored version is never edited: a change is a new version and an upcaster.
 */
export interface EventDefinition<T extends string = string, S extends TSchema = TSchema> {
  /** `<context>.<Event>`; never follows a class's name. */
  readonly type: T;
  readonly version: number;
  readonly schema: S;
  readonly en: string;
  readonly ar: string;
  /** The rules that it serves: `E6 E7`. */
  readonly rule: string;
  /** `upcasters[n - 1]` turns data of version n into version n + 1. */
  readonly upcasters: readonly ((data: Json) => Json)[];
}

/** The event that a definition describes, as a decider makes it. */
export type EventOf<D> = D extends EventDefinition<infer T, infer S> ? NewEvent<T, Static<S>> : never;

export const defineEvent = <T extends string, S extends TSchema>(
  definition: Omit<EventDefinition<T, S>, 'version' | 'upcasters'> &
    Partial<Pick<EventDefinition<T, S>, 'version' | 'upcasters'>>,
): EventDefinition<T, S> => ({ version: 1, upcasters: [], ...definition });

/** What every refusal records (DESIGN.md, Refusals). */
export const RejectionData = Type.Object(
  {
    target: Type.String(),
    /** -1: the aggregate does not exist. */
    targetRevision: Type.Integer({ minimum: -1 }),
    command: Type.String(),
    code: Type.String(),
    rule: Type.String(),
    ruleVersion: Type.Integer({ minimum: 1 }),
    kind: Type.String(),
    facts: Type.Record(Type.String(), Type.Union([Type.String(), Type.Integer(), Type.Boolean()])),
    requestDigest: Type.String(),
  },
  { additionalProperties: false },
);
export type RejectionData = Static<typeof RejectionData>;

export const rejectionType = (context: string, command: string): string => `${context}.${command}Rejected`;

export const isRejection = ({ type }: { readonly type: string }): boolean => type.endsWith('Rejected');

/** The stored types of what happened: refusals left out. */
export const factTypes = (definitions: readonly EventDefinition[]): string[] =>
  definitions.filter((each) => !isRejection(each)).map(({ type }) => type);

/** The definitions of `<context>.<Command>Rejected` for each command, in the one schema. */
export const rejections = (context: string, commands: readonly string[]): EventDefinition[] =>
  commands.map((command) =>
    defineEvent({
      type: rejectionType(context, command),
      schema: RejectionData,
      en: `${command} refused`,
      ar: 'محاولة مرفوضة',
      rule: 'Refusals',
    }),
  );

/** Every event that may be stored, by its type. */
export class Catalogue {
  readonly #byType = new Map<string, EventDefinition>();
  /** Each is made for the first event that it checks: a thread that only reads needs none. */
  readonly #validators = new Map<string, Validator>();

  constructor(readonly definitions: readonly EventDefinition[]) {
    for (const definition of definitions) {
      if (this.#byType.has(definition.type)) throw new Error(`${definition.type} is defined twice`);
      if (definition.upcasters.length !== definition.version - 1) {
        throw new Error(`${definition.type} version ${definition.version} needs ${definition.version - 1} upcasters`);
      }
      this.#byType.set(definition.type, definition);
    }
  }

  /** The version under which new events of a type are stored. @throws InvalidEvent for an unknown type */
  version(type: string): number {
    return this.#definition(type).version;
  }

  /** @throws InvalidEvent naming the first fault, when data does not fit the type's current schema */
  validate(type: string, data: unknown): void {
    let validator = this.#validators.get(type);
    if (validator === undefined) {
      validator = Compile(this.#definition(type).schema);
      this.#validators.set(type, validator);
    }
    if (validator.Check(data)) return;
    const [fault] = validator.Errors(data);
    throw new InvalidEvent(`${type}${fault?.instancePath ?? ''}: ${fault?.message ?? 'does not fit its schema'}`);
  }

  /** The event in its type's current version; the stored bytes stay as they are. */
  upcast(event: Envelope): Envelope {
    const definition = this.#definition(event.type);
    if (event.schemaVersion === definition.version) return event;
    if (event.schemaVersion > definition.version) {
      throw new InvalidEvent(`${event.type} version ${event.schemaVersion} is newer than this program knows`);
    }
    const data = definition.upcasters
      .slice(event.schemaVersion - 1)
      .reduce((older, upcaster) => upcaster(older), event.data as Json);
    return { ...event, schemaVersion: definition.version, data };
  }

  #definition(type: string): EventDefinition {
    const definition = this.#byType.get(type);
    if (definition === undefined) throw new InvalidEvent(`${type} is not in the catalogue`);
    return definition;
  }
}
