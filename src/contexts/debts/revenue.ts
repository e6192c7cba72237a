/** What was registered and raised, by ground. */
export interface Revenue {
  readonly ground: string;
  readonly minor: bigint;
}

/** Grounds that return are added up, so that they stay few. */
export function addTo(revenue: readonly Revenue[], ground: string, more: bigint): readonly Revenue[] {
  return revenue.some((each) => each.ground === ground)
    ? revenue.map((each) => (each.ground === ground ? { ground, minor: each.minor + more } : each))
    : [...revenue, { ground, minor: more }];
}

/** The latest ground gives first, so that a reduction undoes a raise before it touches the debt's own ground. */
export function takeFrom(revenue: readonly Revenue[], minor: bigint): { taken: Revenue[]; left: Revenue[] } {
  const taken: Revenue[] = [];
  const left: Revenue[] = [];
  let rest = minor;
  for (const each of revenue.toReversed()) {
    const part = each.minor < rest ? each.minor : rest;
    rest -= part;
    if (part > 0n) taken.push({ ground: each.ground, minor: part });
    if (each.minor > part) left.unshift({ ground: each.ground, minor: each.minor - part });
  }
  return { taken, left };
}
