/** Injection token of `PartyLines`: the composition root knows which read model has them. */
export const PARTY_LINES = Symbol('PartyLines');

/** A leg of an event's entries that names a party. */
export interface PartyLine {
  readonly effectiveOn: string;
  readonly sequence: number;
  readonly event: string;
  readonly account: string;
  readonly currency: string;
  /** Minor units; what is debited is positive. */
  readonly minor: bigint;
  readonly dims: Readonly<Record<string, string>>;
}

/**
 * A party's lines up to a day, by day and in the order of the log, a few pages of them in memory at a time.
 * @param sequence the last event that is known; all up to it must be folded into the read models
 */
export type PartyLines = (party: string, to: string, sequence: number) => AsyncIterable<PartyLine>;
