import type { CheckedQuery, Index } from './declaration.js';
import type { Condition } from './read-models.js';

/**
 * The index to answer a query from, for every adapter: a database's own planner knows neither the limit's worth nor
 * how selective a field is, and the answer must not become slow by surprise. Undefined: every document is looked at.
 *
 * An index whose leading field is fixed comes first, the earlier declared leading field before the later; then one
 * that gives the order asked for, so that a page ends early; then the one that fixes or filters by most fields.
 */
export function chooseIndex(
  indexes: readonly Index[],
  where: readonly Condition[],
  sort: CheckedQuery['sort'] | undefined,
): Index | undefined {
  const fixed = new Set(where.filter(({ is }) => is === 'eq').map(({ field }) => field));
  const asked = new Set(where.map(({ field }) => field));
  // By id alone, one document is asked for: the primary key is best.
  if (fixed.has('id')) return undefined;

  const leaders = [...new Set(indexes.map(([first]) => first!))];
  let best: { readonly index: Index; readonly rank: readonly number[] } | undefined;
  for (const index of indexes) {
    const prefix = leadingCount(index, fixed);
    const ordered = sort !== undefined && givesOrder(index, prefix, fixed, sort.field);
    const ranged = asked.has(index[prefix]!) ? 1 : 0;
    if (prefix === 0 && !ordered && !ranged) continue;
    const leader = prefix > 0 ? leaders.length - leaders.indexOf(index[0]!) : 0;
    const covered = index.filter((field) => asked.has(field)).length;
    const rank = [leader, ordered ? 1 : 0, prefix, ranged, covered, -index.length];
    if (!best || isHigher(rank, best.rank)) best = { index, rank };
  }
  return best?.index;
}

function leadingCount(index: Index, fixed: ReadonlySet<string>): number {
  const end = index.findIndex((field) => !fixed.has(field));
  return end === -1 ? index.length : end;
}

/** After the fixed fields come the sort field (unless it is fixed too) and the id. */
function givesOrder(index: Index, prefix: number, fixed: ReadonlySet<string>, field: string): boolean {
  const order = field === 'id' || fixed.has(field) ? ['id'] : [field, 'id'];
  return order.every((each, offset) => index[prefix + offset] === each);
}

function isHigher(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at !== -1 && a[at]! > b[at]!;
}
