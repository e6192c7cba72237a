/** What was registered and raised, by ground and by the year whose result it is part of. */
export interface Revenue {
  readonly ground: string;
  readonly year: string;
  readonly minor: bigint;
}

/** What was waived, by the year whose result bears it. */
export interface Waiver {
  readonly year: string;
  readonly minor: bigint;
}

/** Grounds that return in a year are added up, so that they stay few. */
export function addTo(revenue: readonly Revenue[], more: Revenue): readonly Revenue[] {
  const isSame = ({ ground, year }: Revenue): boolean => ground === more.ground && year === more.year;
  return revenue.some(isSame)
    ? revenue.map((each) => (isSame(each) ? { ...each, minor: each.minor + more.minor } : each))
    : revenue.concat([more]);
}

/** The latest ground gives first, so that a reduction undoes a raise before it touches the debt's own ground. */
export function takeFrom(revenue: readonly Revenue[], minor: bigint): { taken: Revenue[]; left: Revenue[] } {
  const taken: Revenue[] = [];
  const left: Revenue[] = [];
  let rest = minor;
  for (const each of revenue.toReversed()) {
    const part = each.minor < rest ? each.minor : rest;
    rest -= part;
    if (part > 0n) taken.push({ ...each, minor: part });
    if (each.minor > part) left.unshift({ ...each, minor: each.minor - part });
  }
  return { taken, left };
}
