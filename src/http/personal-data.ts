/** Personal data in answers: never without a purpose, and never before the reading is recorded. */
import Type, { type Static } from 'typebox';
import type { PartyId, Uuid } from '../kernel/ids.js';
import { answer, orNull } from './answers.js';
import type { Exchange } from './exchange.js';

const text = Type.Optional(Type.String());

/** A party as whoever may see it is shown it (domain.md E5). */
export const shownParty = Type.Object({
  party: answer.party,
  kind: answer.code,
  /** Its data were destroyed, or are about to be: there is nothing to show any more. */
  erased: Type.Boolean(),
  /** 1, and one more for each correction. */
  version: answer.count,
  data: orNull(Type.Object({ identifier: text, name: text, mobile: text, email: text, address: text })),
});
export type ShownParty = Static<typeof shownParty>;

/** A personal value, and what its commitment is made of. */
export interface OwnValue {
  readonly commitment: string;
  readonly field: string;
  readonly value: string;
}

/** What is read, why, and on what it is shown. */
export interface Reading {
  readonly party: PartyId;
  readonly purpose: string;
  readonly debt?: Uuid;
}

/** The one way to personal data; the composition root provides it. */
export abstract class PersonalData {
  /**
   * The newest data of a party. Whether the caller may see it is for the route to say; whether the role may read for this
   * purpose is said here, and a refusal recorded.
   * @returns null: the ledger knows the party by its pseudonym only
   * @throws RefusedByRule, LedgerUnavailable: the reading could not be recorded, so nothing was read
   */
  abstract show(exchange: Exchange, reading: Reading): Promise<ShownParty | null>;
  /**
   * A party that is looked for by what it is outside. Before anybody is: whether the role may name the purpose, and the
   * caller has any refusals left; so that neither tells who is there. Nobody, and who was erased, is refused alike.
   * @param look asks the vault
   * @throws as `show`; Problem `TOO_MANY_REFUSALS`
   */
  abstract find(exchange: Exchange, purpose: string, look: () => Promise<PartyId | undefined>): Promise<ShownParty>;
  /** Records that the caller is told these fields, whatever the role may read. @throws as `show` */
  abstract told(exchange: Exchange, reading: Reading, fields: readonly string[]): Promise<void>;
  /**
   * The disclosures (`Vault.open`) of what belongs to parties; where one is named, of what is theirs. The reading of each
   * is recorded, with the names of the fields.
   * @throws as `show`
   */
  abstract disclose(
    exchange: Exchange,
    reading: Pick<Reading, 'purpose'> & Partial<Reading>,
    commitments: readonly string[],
  ): Promise<readonly string[]>;
  /** Opens what is the party's own; the rest, and what was destroyed, is left out. @throws as `show` */
  abstract open(exchange: Exchange, reading: Reading, commitments: readonly string[]): Promise<readonly OwnValue[]>;
}
