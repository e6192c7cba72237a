import type { Json } from '../kernel/envelope.js';
import type { Versioned } from './read-models.js';

/** Where two documents that should be one differ first. */
export interface Difference {
  /** The projection's name. */
  readonly model: string;
  readonly id: string;
  /** `total.amount`, `receipts[2].paidOn`; empty: one of the documents is not there. */
  readonly field: string;
  /** As the events say; absent: nothing. */
  readonly expected?: Json;
  /** As it is stored; absent: nothing. */
  readonly found?: Json;
}

/**
 * The first difference between a document as it is folded and as it is stored, fields by name; a tombstone is as good as
 * no document. Undefined: they are the same, and the same event was folded into both last.
 */
export function differenceOf(
  model: string,
  id: string,
  expected: Versioned | undefined,
  found: Versioned | undefined,
): Difference | undefined {
  const [folded, stored] = [expected?.document ?? undefined, found?.document ?? undefined];
  const field = differingField(folded, stored, '');
  if (field !== undefined) return { model, id, ...field };
  if (folded === undefined || expected?.sequence === found?.sequence) return undefined;
  return { model, id, field: '(last event)', expected: expected!.sequence, found: found!.sequence };
}

type Field = Pick<Difference, 'field' | 'expected' | 'found'>;

function differingField(expected: Json | undefined, found: Json | undefined, path: string): Field | undefined {
  if (expected === found) return undefined;
  if (Array.isArray(expected) && Array.isArray(found)) {
    return firstOf(Math.max(expected.length, found.length), (i) =>
      differingField(expected[i] as Json | undefined, found[i] as Json | undefined, `${path}[${i}]`),
    );
  }
  if (isObject(expected) && isObject(found)) {
    const names = [...new Set([...Object.keys(expected), ...Object.keys(found)])].sort();
    return firstOf(names.length, (i) => {
      const name = names[i] as string;
      return differingField(expected[name], found[name], path === '' ? name : `${path}.${name}`);
    });
  }
  return { field: path, ...(expected !== undefined && { expected }), ...(found !== undefined && { found }) };
}

function firstOf<T>(count: number, look: (index: number) => T | undefined): T | undefined {
  for (let i = 0; i < count; i++) {
    const found = look(i);
    if (found !== undefined) return found;
  }
  return undefined;
}

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** For people, in one line. @param source of what is expected */
export function saidOf({ model, id, field, expected, found }: Difference, source = 'the events say'): string {
  const shown = (value: Json | undefined): string => (value === undefined ? 'nothing' : JSON.stringify(value));
  const where = field === '' ? '' : `, ${field}`;
  return `${model} ${id}${where}: ${source} ${shown(expected)}, stored is ${shown(found)}`;
}
