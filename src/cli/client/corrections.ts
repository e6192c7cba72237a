type Cells = Readonly<Record<string, unknown>>;

/** An event that changed rows of a report after the period that they count in was closed. */
export interface Correction {
  readonly sequence: number;
  readonly event: string;
  readonly type: string;
  readonly effectiveOn: string;
  readonly recordedAt: string;
  /** The approval that let it count there. */
  readonly correction?: string;
  /** The keys of the rows that it changed. */
  readonly rows: readonly Cells[];
}

/** Each page tells those of its own rows, or each those of all. */
export const correctionsOf = (page: Readonly<Record<string, unknown>>): readonly Correction[] =>
  (page['corrections'] ?? []) as readonly Correction[];

/** The corrections of many pages, each once, with all rows that any page tells of. */
export class Gathered {
  readonly #events = new Map<string, { readonly first: Correction; readonly rows: Map<string, Cells> }>();

  add(corrections: readonly Correction[]): void {
    for (const each of corrections) {
      const { rows } = this.#events.get(each.event) ?? this.#begin(each);
      for (const row of each.rows) rows.set(JSON.stringify(row), row);
    }
  }

  /** By sequence. */
  list(): Correction[] {
    const all = [...this.#events.values()].map(({ first, rows }) => ({ ...first, rows: [...rows.values()] }));
    return all.sort((a, b) => a.sequence - b.sequence);
  }

  #begin(first: Correction): { readonly first: Correction; readonly rows: Map<string, Cells> } {
    const begun = { first, rows: new Map<string, Cells>() };
    this.#events.set(first.event, begun);
    return begun;
  }
}
