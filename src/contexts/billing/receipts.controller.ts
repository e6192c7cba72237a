import { Body, Controller, Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { routeOf } from '../../http/access.js';
import { Access } from '../../http/access.decorator.js';
import { CommandEdge, type Acknowledgement } from '../../http/commands/command-edge.js';
import { OnExchange, type Exchange } from '../../http/exchange.js';
import { Problem } from '../../http/problems/problem.js';
import type { CommandRequest } from '../../kernel/decider.js';
import { receiptId, type PartyId, type Uuid } from '../../kernel/ids.js';
import { LedgerUnavailable, type Outcome } from '../../ledger/outcome.js';
import { VaultUnavailable, type Vault } from '../../vault/vault.js';
import { VAULT } from '../../vault/vault.token.js';
import { MatchReceipt, RecordReceipt, ReverseRecordedReceipt, type ReceiptFacts } from './commands.js';
import { conflictAsRefusal } from './receipt-conflict.js';
import { MatchReceiptBody, RecordReceiptBody, ReverseReceiptBody } from './receipts.dto.js';
import { DebtTargets, isPayable } from './targets.js';

type Answer = Promise<Acknowledgement | undefined>;

/** The commands of a receipt over HTTP; what they must know of debts and of the vault is fetched here. */
@Controller()
export class ReceiptsController {
  constructor(
    @Inject(CommandEdge) private readonly edge: CommandEdge,
    @Inject(CommandBus) private readonly bus: CommandBus,
    @Inject(DebtTargets) private readonly debts: DebtTargets,
    @Inject(VAULT) private readonly vault: Pick<Vault, 'seal'>,
  ) {}

  @Access('POST /v1/receipts')
  record(@OnExchange() exchange: Exchange, @Body() body: RecordReceiptBody): Answer {
    const bank = bankOf(exchange);
    // The bank and its reference name the receipt, not the command; the command's id follows from the receipt's, or one
    // key under two references would give two receipts the same event ids (DESIGN.md, Ids).
    const receipt = receiptId(bank, body.reference);
    const record = async (id: Uuid, request: CommandRequest): Promise<Outcome> => {
      const [sourceAccount, match] = await Promise.all([this.#sealed(body), this.#matchOf(body)]);
      const facts = factsOf(bank, body, sourceAccount);
      return conflictAsRefusal(await this.#execute(new RecordReceipt(id, { ...facts, match }, request)));
    };
    return this.edge.handle(exchange, body, record, receipt);
  }

  @Access('POST /v1/receipts/{id}/match')
  match(@OnExchange() exchange: Exchange, @Body() body: MatchReceiptBody): Answer {
    const { debt } = body;
    return this.edge.handle(exchange, body, async (target, request) =>
      this.#execute(new MatchReceipt(target, { debt, found: await this.debts.find(debt) }, request)),
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
    const { debt } = target;
    return isPayable(await this.debts.find(debt), payee, amount.currency) ? { debt } : null;
  }

  /**
   * Sealed, and stored only with the event that names it: a refused receipt leaves no account number behind.
   * @throws LedgerUnavailable where the vault cannot seal now: nothing was recorded, and a repeat is safe
   */
  async #sealed({ payer, sourceAccount }: RecordReceiptBody): Promise<string | undefined> {
    if (sourceAccount === undefined) return undefined;
    try {
      return await this.vault.seal(payer, 'sourceAccount', sourceAccount);
    } catch (error) {
      if (!(error instanceof VaultUnavailable)) throw error;
      throw new LedgerUnavailable('the vault cannot be written now; try again', { cause: error });
    }
  }
}

/** @throws Problem where the token (an importer's) names no party: the bank is the one that is acted for (E8) */
function bankOf({ caller, route }: Exchange): PartyId {
  if (caller.party !== undefined) return caller.party;
  throw new Problem('FORBIDDEN', { facts: { route, admitted: [routeOf(route).roles].flat().join(', ') } });
}

function factsOf(bank: PartyId, body: RecordReceiptBody, sourceAccount: string | undefined): ReceiptFacts {
  const { reference, payer, payee, target, amount, paidOn, valueDate, channel, sector = 'general' } = body;
  return {
    bank,
    reference,
    payer,
    payee,
    ...(target !== undefined && { target: { debt: target.debt } }),
    ...amount,
    paidOn,
    ...(valueDate !== undefined && { valueDate }),
    channel,
    sector,
    ...(sourceAccount !== undefined && { sourceAccount }),
  };
}
