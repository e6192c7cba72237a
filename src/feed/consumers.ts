import type { Command } from '../kernel/decider.js';
import type { Envelope } from '../kernel/envelope.js';
import type { Document, Model } from '../read-models/read-models.js';

/** An event in its current version, with its place in the ledger. */
export interface SequencedEvent<E extends Envelope = Envelope> {
  readonly sequence: number;
  readonly event: E;
}

/**
 * Answers one question: a pure fold for each document, rebuildable at any time, without side effects, clock or I/O.
 * Delivering events twice, or stopping in the middle, changes nothing.
 */
export interface Projection<D extends Document = Document> {
  /** Also the consumer's name: kebab-case, for ever. */
  readonly name: string;
  readonly model: Model<D>;
  /** The types it wants; a string that ends in `.*` or `*Rejected` is not supported: name them, or `'*'` for all. */
  readonly types: readonly string[] | '*';
  /** The documents that an event touches: from the event and its place alone, never from another stream. */
  identify(event: Envelope, sequence: number): readonly string[];
  /** The document after the event; null deletes it. Must not change what it is given. */
  evolve(document: D | null, event: SequencedEvent, id: string): D | null;
  /**
   * Asked after each event: whether the document has become too long to be carried on. Then a part of it becomes a
   * document of its own that never changes again, under an id that follows from the document alone; the rest goes on
   * (docs/adr/0017-balances-from-pages.md).
   */
  seal?(document: D): { readonly sealed: D; readonly rest: D } | null;
  /** What is made of other documents when an event was folded; absent: nothing ever is. Asked only of events it wants. */
  merges?(sequence: number): readonly Merge<D>[];
  /** Documents kept between two pages; absent: some thousands of some 4 KiB each. */
  readonly recent?: number;
}

/**
 * Documents that are made at once of several that are finished, in place of a little with each event. A pure function of
 * what no later event changes, so that to make them again changes nothing.
 */
export interface Merge<D extends Document = Document> {
  readonly of: readonly string[];
  readonly into: readonly string[];
  /**
   * @param documents those of `of`, in its order; undefined: there is none
   * @returns those of `into`, in its order
   */
  make(documents: readonly (D | undefined)[]): readonly D[];
}

/** Sends the commands that follow from an event. Never replayed for a rebuild (DESIGN.md, Policies). */
export interface Policy {
  /** Part of its commands' ids: kebab-case, for ever. */
  readonly name: string;
  readonly types: readonly string[];
  /**
   * With which event it begins in a ledger in which it never ran: `beginning`, it owes what every event calls for, and
   * the other policies wait until it has come to where they stand; `now`, it owes what comes from then on.
   */
  readonly startsAt: 'beginning' | 'now';
  /**
   * The commands that follow, in order; those of one target are sent one after the other. Never changed for an event
   * that may be stored: a command's id comes from the event, the policy's name, this order and the target.
   */
  react(event: Envelope): readonly Command[];
}
