import { Body, Controller, Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { routeOf } from '../../http/access.js';
import { Access } from '../../http/access.decorator.js';
import { CommandEdge, type Acknowledgement } from '../../http/commands/command-edge.js';
import { sealed } from '../../http/commands/sealing.js';
import { OnExchange, type Exchange } from '../../http/exchange.js';
import { invalid, Problem } from '../../http/problems/problem.js';
import type { CommandRequest } from '../../kernel/decider.js';
import { receiptId, type PartyId, type Uuid } from '../../kernel/ids.js';
import type { Outcome } from '../../ledger/outcome.js';
import type { Vault } from '../../vault/vault.js';
import { VAULT } from '../../vault/vault.token.js';
import { MatchReceipt, RecordReceipt, ReverseRecordedReceipt, type ReceiptFacts, type Target } from './commands.js';
import { conflictAsRefusal } from './receipt-conflict.js';
import { MatchReceiptBody, RecordReceiptBody, ReverseReceiptBody } from './receipts.dto.js';
import { ReceiptTargets } from './targets.js';

type Answer = Promise<Acknowledgement | undefined>;

/** The commands of a receipt over HTTP; what they must know of their targets and of the vault is fetched here. */
@Controller()
export class ReceiptsController {
  constructor(
    @Inject(CommandEdge) private readonly edge: CommandEdge,
    @Inject(CommandBus) private readonly bus: CommandBus,
    @Inject(ReceiptTargets) private readonly targets: ReceiptTargets,
    @Inject(VAULT) private readonly vault: Pick<Vault, 'seal' | 'formerly'>,
  ) {}

  @Access('POST /v1/receipts')
  record(@OnExchange() exchange: Exchange, @Body() body: RecordReceiptBody): Answer {
    const bank = bankOf(exchange);
    // The bank and its reference name the receipt, not the command; the command's id follows from the receipt's, or one
    // key under two references would give two receipts the same event ids (DESIGN.md, Ids).
    const receipt = receiptId(bank, body.reference);
    const record = async (id: Uuid, request: CommandRequest): Promise<Outcome> => {
      const [account, match] = await Promise.all([this.#sealed(body, receipt), this.#matchOf(body)]);
      const { sourceAccount, ...before } = account;
      const facts = { ...factsOf(bank, body, sourceAccount), ...before, match };
      return conflictAsRefusal(await this.#execute(new RecordReceipt(id, facts, request)));
    };
    return this.edge.handle(exchange, body, record, receipt);
  }

  @Access('POST /v1/receipts/{id}/match')
  match(@OnExchange() exchange: Exchange, @Body() body: MatchReceiptBody): Answer {
    const named = targetOf(body);
    return this.edge.handle(exchange, body, async (target, request) =>
      this.#execute(new MatchReceipt(target, { ...named, found: await this.targets.find(named) }, request)),
    );
  }

  @Access('POST /v1/receipts/{id}/reversal')
  reverse(@OnExchange() exchange: Exchange, @Body() body: ReverseReceiptBody): Answer {
    const { reference, on } = body;
    return this.edge.handle(exchange, body, (target, request) =>
      this.#execute(new ReverseRecordedReceipt(target, { reference, on }, request)),
    );
  }

  #execute(command: RecordReceipt | MatchReceipt | ReverseRecordedReceipt): Promise<Outcome> {
    return this.bus.execute<typeof command, Outcome>(command);
  }

  /** A target that cannot be paid leaves the receipt unmatched: the money came in all the same. */
  async #matchOf({ target, payee, amount }: RecordReceiptBody): Promise<RecordReceipt['data']['match']> {
    if (target === undefined) return null;
    return (await this.targets.isPayable(target, payee, amount.currency)) ? target : null;
  }

  /** For the receipt, and not for the command: a bank that tells the same facts again tells the same commitment. */
  async #sealed(
    { payer, sourceAccount: account }: RecordReceiptBody,
    receipt: Uuid,
  ): Promise<Pick<RecordReceipt['data'], 'sourceAccount' | 'accountBefore'>> {
    if (account === undefined) return {};
    const sourceAccount = await sealed(this.vault, payer, 'sourceAccount', account, receipt);
    const accountBefore = await this.vault.formerly(payer, 'sourceAccount', account);
    return { sourceAccount, ...(accountBefore !== undefined && { accountBefore }) };
  }
}

/** @throws Problem where the token (an importer's) names no party: the bank is the one that is acted for (E8) */
function bankOf({ caller, route }: Exchange): PartyId {
  if (caller.party !== undefined) return caller.party;
  throw new Problem('FORBIDDEN', { facts: { route, admitted: [routeOf(route).roles].flat().join(', ') } });
}

/** @throws Problem unless it names one thing to pay */
function targetOf({ debt, subscription }: MatchReceiptBody): Target {
  if (debt !== undefined && subscription === undefined) return { debt };
  if (subscription !== undefined && debt === undefined) return { subscription };
  throw invalid({
    path: debt === undefined ? 'debt' : 'subscription',
    code: debt === undefined ? 'REQUIRED' : 'UNKNOWN_FIELD',
    ...(debt !== undefined && { facts: { accepted: 'debt' } }),
  });
}

function factsOf(bank: PartyId, body: RecordReceiptBody, sourceAccount: string | undefined): ReceiptFacts {
  const { reference, payer, payee, target, amount, paidOn, valueDate, channel, sector = 'general' } = body;
  return {
    bank,
    reference,
    payer,
    payee,
    ...(target !== undefined && { target }),
    ...amount,
    paidOn,
    ...(valueDate !== undefined && { valueDate }),
    channel,
    sector,
    ...(sourceAccount !== undefined && { sourceAccount }),
  };
}
