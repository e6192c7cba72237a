import type { Result } from './measure.js';
import type { Site } from './sites.js';

/** What a row may use. */
export interface Bench {
  /** Only has to work: small, and few rounds. */
  readonly quick: boolean;
  /** The file of the fines, where it is at hand. */
  readonly fines: string | undefined;
  /** The last day of the fines that are taken. */
  readonly until: string;
  /** Where CPU profiles of the server are left; undefined: none are taken. */
  readonly profile: string | undefined;
  /** Whether the ledgers keep everything on servers (`--servers`). */
  readonly onServers: boolean;
  /** Where a new ledger is to be. */
  site(): Promise<Site>;
  /** A new empty folder, removed at the end. */
  folder(): string;
  /** Says what goes on, on stderr. */
  say(line: string): void;
}

/** Lines of the table that share what they are measured on. */
export interface Rows {
  readonly names: readonly string[];
  /** @param names of the lines that are wanted, at least one */
  measure(bench: Bench, names: ReadonlySet<string>): Promise<readonly Result[]>;
}
