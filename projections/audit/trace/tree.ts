/** What caused what, of the events of a flow: pure. */
import type { Envelope } from '../../../src/kernel/envelope.js';

export interface Caused<T> {
  readonly of: T;
  readonly effects: readonly Caused<T>[];
}

/**
 * A tree for each event whose cause is not among them, by sequence. What an event caused are the events that a policy's
 * command made of it.
 * @param located by sequence, each event once: a cause always stands before its effect
 */
export function treesOf<T extends { readonly event: Pick<Envelope, 'id' | 'causation'> }>(
  located: readonly T[],
): readonly Caused<T>[] {
  const nodes = new Map<string, { of: T; effects: Caused<T>[] }>();
  const roots: Caused<T>[] = [];
  for (const each of located) {
    const node = { of: each, effects: [] };
    nodes.set(each.event.id, node);
    const { causation } = each.event;
    const cause = causation === undefined ? undefined : nodes.get(causation);
    (cause?.effects ?? roots).push(node);
  }
  return roots;
}

/** Each event with how many causes stand above it, in the order in which one reads a tree. */
export function flattened<T>(trees: readonly Caused<T>[], depth = 0): { of: T; depth: number }[] {
  return trees.flatMap(({ of, effects }) => [{ of, depth }, ...flattened(effects, depth + 1)]);
}
