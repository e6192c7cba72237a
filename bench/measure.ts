/** What a run yields: events, commands or requests in a second, or milliseconds for one. */
export type Figure = number;

/** One line of the table: a figure beside its limit or peer, measured in turns. */
export interface Comparison {
  readonly kind: 'compared';
  readonly row: string;
  readonly subject: Side;
  readonly peer: Side;
  /** The median of the rounds' own ratios: what slows a whole round down slows both of its halves. */
  readonly ratio: number;
  /** Undefined: it is only shown. */
  readonly target: Target | undefined;
  readonly met: boolean;
  /** The ratios of the rounds, ascending: how far to trust the median. */
  readonly ratios: readonly number[];
  /** Further targets and facts of the same run: `peak memory 180 MiB (at most 512)`. */
  readonly notes: readonly string[];
}

export interface Side {
  readonly name: string;
  readonly unit: string;
  readonly median: Figure;
  readonly figures: readonly Figure[];
}

export type Target = { readonly atLeast: number } | { readonly atMost: number };

/** A row that could not be measured here: what is missing, and how to get it. */
export interface Skipped {
  readonly kind: 'skipped';
  readonly row: string;
  readonly why: string;
}

/** A row that broke; the others are measured all the same. */
export interface Failed {
  readonly kind: 'failed';
  readonly row: string;
  readonly why: string;
}

export type Result = Comparison | Skipped | Failed;

export interface Contest {
  readonly row: string;
  readonly unit: string;
  readonly rounds: number;
  /** Undefined: it is only shown. */
  readonly target: Target | undefined;
  readonly subject: Contestant;
  readonly peer: Contestant;
}

export interface Contestant {
  readonly name: string;
  run(round: number): Promise<Figure>;
}

/** Subject, peer, subject, peer …: neither gets the quieter half of the time. */
export async function compare({ row, unit, rounds, target, subject, peer }: Contest): Promise<Comparison> {
  const mine: Figure[] = [];
  const theirs: Figure[] = [];
  for (let round = 0; round < rounds; round++) {
    mine.push(await subject.run(round));
    theirs.push(await peer.run(round));
  }
  const ratios = mine.map((figure, round) => figure / (theirs[round] as Figure)).sort((a, b) => a - b);
  const ratio = median(ratios);
  return {
    kind: 'compared',
    row,
    subject: { name: subject.name, unit, median: median(mine), figures: mine },
    peer: { name: peer.name, unit, median: median(theirs), figures: theirs },
    ratio,
    target,
    met: target === undefined || meets(ratio, target),
    ratios,
    notes: [],
  };
}

/** A further target of a row that was compared. */
export const withLimit = (
  result: Comparison,
  what: string,
  value: number,
  atMost: number,
  unit: string,
): Comparison => ({
  ...result,
  met: result.met && value <= atMost,
  notes: [...result.notes, `${what} ${Math.ceil(value)} ${unit} (at most ${atMost})`],
});

export const meets = (value: number, target: Target): boolean =>
  'atLeast' in target ? value >= target.atLeast : value <= target.atMost;

/** @throws Error for no figures */
export function median(figures: readonly Figure[]): Figure {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) throw new Error('no figures, no median');
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as Figure)) / 2;
}
