import { Inject, Injectable } from '@nestjs/common';
import { Attempts, nobody } from '../../http/attempts.js';
import { readingRequest } from '../../http/commands/command-request.js';
import type { Exchange } from '../../http/exchange.js';
import type { OwnValue, PersonalData, Reading, ShownParty } from '../../http/personal-data.js';
import { isPartyId, uuidOf, type PartyId } from '../../kernel/ids.js';
import { Ledger } from '../../ledger/ledger.js';
import type { Vault } from '../../vault/vault.js';
import { VAULT } from '../../vault/vault.token.js';
import { ReadPersonalData } from './commands.js';
import { PURPOSES, type Purpose } from './events.js';
import { PERSONAL_FIELDS, type PersonalField } from './identity.js';
import { party as decider } from './party.js';
import { readings } from './readings.js';
import { PARTY_RULES } from './rules.js';

/** Shows personal data: first the purpose, then the record of the reading, then the vault. */
@Injectable()
export class PartiesReader implements PersonalData {
  constructor(
    @Inject(Ledger) private readonly ledger: Pick<Ledger, 'load' | 'execute'>,
    @Inject(Attempts) private readonly attempts: Attempts,
    @Inject(VAULT) private readonly vault: Pick<Vault, 'open' | 'digest'>,
  ) {}

  async show(exchange: Exchange, reading: Reading): Promise<ShownParty | null> {
    await this.#admit(exchange, reading.purpose, reading.party);
    const { state } = await this.ledger.load(decider, uuidOf(reading.party));
    if (state === null) return null;
    const { status, party, kind, version, values } = state;
    const shown = { party, kind, version };
    if (status !== 'recorded') return { ...shown, erased: true, data: null };
    const fields = fieldsFor(reading.purpose).filter((field) => values[field] !== undefined);
    await this.#record(exchange, reading, fields);
    const opened = await Promise.all(fields.map((field) => this.vault.open(values[field] as string)));
    const data = Object.fromEntries(opened.flatMap((each) => (each === undefined ? [] : [[each.field, each.value]])));
    // Destroyed a moment ago: nothing opens any more.
    if (Object.keys(data).length === 0) return { ...shown, erased: true, data: null };
    return { ...shown, erased: false, data };
  }

  async find(exchange: Exchange, purpose: string, look: () => Promise<PartyId | undefined>): Promise<ShownParty> {
    await this.#admit(exchange, purpose);
    return this.attempts.find(exchange, PARTY_RULES.NOT_FOUND, async () => {
      const party = await look();
      const shown = party && (await this.show(exchange, { party, purpose }));
      return shown && !shown.erased ? shown : undefined;
    });
  }

  told(exchange: Exchange, reading: Reading, fields: readonly string[]): Promise<void> {
    return this.#record(exchange, reading, fields);
  }

  async open(exchange: Exchange, reading: Reading, commitments: readonly string[]): Promise<readonly OwnValue[]> {
    await this.#admit(exchange, reading.purpose, reading.party);
    if (commitments.length === 0 || (await this.#isErased(reading.party))) return [];
    await this.#record(exchange, reading, ['all']);
    const opened = await Promise.all(
      commitments.map(async (commitment) => ({ commitment, found: await this.vault.open(commitment) })),
    );
    return opened.flatMap(({ commitment, found }) =>
      found?.person === reading.party ? [{ commitment, field: found.field, value: found.value }] : [],
    );
  }

  async disclose(
    exchange: Exchange,
    { purpose, party: own }: Pick<Reading, 'purpose'> & Partial<Reading>,
    commitments: readonly string[],
  ): Promise<readonly string[]> {
    const opened = (await Promise.all(commitments.map((commitment) => this.vault.open(commitment)))).flatMap((each) =>
      each !== undefined && isPartyId(each.person) && (own ?? each.person) === each.person ? [each] : [],
    );
    const disclosed: string[] = [];
    for (const party of new Set(opened.map(({ person }) => person as PartyId))) {
      await this.#admit(exchange, purpose, party);
      if (await this.#isErased(party)) continue;
      const fields = opened.flatMap(({ person, field }) => (person === party ? [field] : []));
      await this.#record(exchange, { party, purpose }, [...new Set(fields)]);
      disclosed.push(...opened.flatMap(({ person, disclosure }) => (person === party ? [disclosure] : [])));
    }
    return disclosed;
  }

  /** Or about to be: nothing is shown from the approval on. */
  async #isErased(party: PartyId): Promise<boolean> {
    const { state } = await this.ledger.load(decider, uuidOf(party));
    return state !== null && state.status !== 'recorded';
  }

  /** @param party whose data; none where it is looked for @throws RefusedByRule */
  async #admit({ request, route, caller }: Exchange, purpose: string, party?: PartyId): Promise<void> {
    const { role } = caller;
    const mayRead = (code: string): boolean =>
      Object.hasOwn(PURPOSES, code) && (PURPOSES[code as Purpose].roles as readonly string[]).includes(role);
    if (mayRead(purpose)) return;
    const accepted = Object.keys(PURPOSES).filter(mayRead).join(', ');
    throw await this.attempts.refuse(
      request,
      route,
      caller,
      PARTY_RULES.PURPOSE,
      { purpose, role, accepted },
      Attempts.target(request) ?? (party === undefined ? nobody() : uuidOf(party)),
    );
  }

  /** @throws LedgerUnavailable */
  async #record(exchange: Exchange, { party, purpose, debt }: Reading, fields: readonly string[]): Promise<void> {
    const target = uuidOf(party);
    const data = { party, fields, purpose, ...(debt !== undefined && { debt }) };
    const outcome = await this.ledger.execute(
      readings,
      new ReadPersonalData(target, data, readingRequest(exchange, target, this.vault)),
    );
    if (outcome.kind === 'refused') throw new Error(`a reading of ${party} was refused: ${outcome.code}`);
  }
}

/** Who is looked for is told by name and number; nobody is reached for that. */
const fieldsFor = (purpose: string): readonly PersonalField[] =>
  purpose === 'identification' ? ['identifier', 'name'] : PERSONAL_FIELDS;
