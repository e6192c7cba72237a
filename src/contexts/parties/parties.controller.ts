import { Body, Controller, Inject, Param } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Access } from '../../http/access.decorator.js';
import { CommandEdge, type Acknowledgement } from '../../http/commands/command-edge.js';
import { sealed } from '../../http/commands/sealing.js';
import { OnExchange, type Exchange } from '../../http/exchange.js';
import { PersonalData, shownParty, type ShownParty } from '../../http/personal-data.js';
import { invalid } from '../../http/problems/problem.js';
import type { CommandRequest } from '../../kernel/decider.js';
import { eventId, uuidOf, type PartyId } from '../../kernel/ids.js';
import type { Outcome } from '../../ledger/outcome.js';
import type { Vault } from '../../vault/vault.js';
import { VAULT } from '../../vault/vault.token.js';
import { CorrectParty, RecordParty, type Values } from './commands.js';
import { IDENTIFIERS, identifierOf, identityOf, tidy, type PersonalField } from './identity.js';
import { LookupBody, PartyBody, PartyCorrectionBody } from './parties.dto.js';

type Answer = Promise<Acknowledgement | undefined>;

/** The commands of a party over HTTP; its personal values go no further than here: the vault seals them. */
@Controller()
export class PartiesController {
  constructor(
    @Inject(CommandEdge) private readonly edge: CommandEdge,
    @Inject(CommandBus) private readonly bus: CommandBus,
    @Inject(VAULT) private readonly vault: Pick<Vault, 'introduced' | 'known' | 'seal'>,
    @Inject(PersonalData) private readonly personalData: PersonalData,
  ) {}

  @Access('POST /v1/parties')
  async record(@OnExchange() exchange: Exchange, @Body() body: PartyBody): Answer {
    const { kind, name, mobile, email, address } = body;
    const identifier = identifierIn(body);
    const party = await this.vault.introduced(identityOf(kind, identifier));
    return this.edge.handle(
      exchange,
      body,
      async (target, request) => {
        const values = await this.#sealed(party, { identifier, name, mobile, email, address }, request);
        const outcome = await this.#execute(new RecordParty(target, { party, kind, values }, request));
        const wasKnown = outcome.kind === 'accepted' && outcome.event === undefined;
        // Whose pseudonym it is, is told to whoever had the number: that is a reading, too.
        if (wasKnown) await this.personalData.told(exchange, { party, purpose: 'identification' }, ['identifier']);
        return outcome;
      },
      uuidOf(party),
    );
  }

  @Access('POST /v1/parties/{party}/corrections')
  correct(@OnExchange() exchange: Exchange, @Param('party') party: PartyId, @Body() body: PartyCorrectionBody): Answer {
    const { reason, name, mobile, email, address } = body;
    const changes = { name, mobile, email, address };
    if (Object.values(changes).every((value) => value === undefined)) throw invalid({ path: 'name', code: 'REQUIRED' });
    return this.edge.handle(
      exchange,
      body,
      async (target, request) => {
        const values = await this.#sealed(party, changes, request);
        return this.#execute(new CorrectParty(target, { party, values, reason }, request));
      },
      uuidOf(party),
    );
  }

  /** Whoever finds nobody is noted, without whom: who tries numbers shows, and is stopped by the quota of refusals. */
  @Access('POST /v1/parties/lookup', shownParty)
  lookUp(@OnExchange() exchange: Exchange, @Body() body: LookupBody): Promise<ShownParty> {
    const identity = identityOf(body.kind, identifierIn(body));
    return this.personalData.find(exchange, body.purpose, () => this.vault.known(identity));
  }

  /** Stored only with the event that names them. */
  async #sealed(
    party: PartyId,
    values: Readonly<Partial<Record<PersonalField, string | undefined>>>,
    { id }: CommandRequest,
  ): Promise<Values> {
    const seal = async (field: string, value: string) =>
      [field, await sealed(this.vault, party, field, tidy(value), eventId(id, 0))] as const;
    const given = Object.entries(values).flatMap(([field, value]) => (value === undefined ? [] : [seal(field, value)]));
    return Object.fromEntries(await Promise.all(given));
  }

  #execute(command: RecordParty | CorrectParty): Promise<Outcome> {
    return this.bus.execute<typeof command, Outcome>(command);
  }
}

/** @throws Problem */
function identifierIn({ kind, identifier: text }: Pick<PartyBody, 'kind' | 'identifier'>): string {
  const identifier = identifierOf(kind, text);
  if (identifier !== undefined) return identifier;
  throw invalid({ path: 'identifier', code: 'NOT_ACCEPTED', facts: { accepted: IDENTIFIERS[kind] } });
}
