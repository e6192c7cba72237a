import { RecordReceipt } from '../../src/contexts/billing/commands.js';
import {
  ApproveRequest,
  DraftDebt,
  EditDraft,
  RecordProceeding,
  RegisterDebt,
  RequestCancellation,
  RequestPayment,
  RequestUpdate,
} from '../../src/contexts/debts/commands.js';
import { routeOf } from '../../src/http/access.js';
import { requestDigest } from '../../src/http/commands/command-request.js';
import { parseBusinessDate } from '../../src/kernel/calendar.js';
import type { CommandRequest, Issued } from '../../src/kernel/decider.js';
import type { Actor } from '../../src/kernel/envelope.js';
import { aggregateId, commandId, receiptId, type EventId, type Uuid } from '../../src/kernel/ids.js';
import type { Vault } from '../../src/vault/vault.js';
import { BANK, MUNICIPALITY } from './actors.js';
import { requestOf } from './requests.js';
import type { Command, Step } from './target.js';

const SECTOR = 'general';
const currency = 'EUR';

/** Who sends, as a verified token says it. */
export interface Known {
  readonly actor: Actor;
  /** What stands for the actor in the ids of commands (`senderOf`). */
  readonly sender: string;
}

/** The aggregate that a command names; a draft names none. */
function named(command: Command): Uuid | undefined {
  if (command.kind === 'draft') return undefined;
  return command.kind === 'receipt' ? receiptId(BANK, command.reference) : command.debt.id;
}

/**
 * A step as the ledger's command, under the id and the digest that it has over HTTP too: an import that was begun there
 * goes on here, and the other way round.
 * @param match the debt of a receipt, where it can be paid; a receipt's alone
 */
export function issue(
  step: Step,
  { actor, sender: sentBy }: Known,
  match: { readonly debt: Uuid } | null,
  vault: Pick<Vault, 'digest'>,
): Issued<string, unknown> {
  const { command, sender } = step;
  const on = parseBusinessDate(step.on);
  const { route, params, body, debt: seen } = requestOf(command, on);
  const id = commandId(sentBy, sender.party, named(command) ?? route, step.key);
  const target = named(command) ?? aggregateId(id);
  const request: CommandRequest = {
    id,
    digest: requestDigest(routeOf(route), { params, body }, vault),
    actor,
    source: 'import',
    effectiveOn: on,
    mayBackdate: sender.roles.includes('importer'),
    ...(seen !== undefined && { expectedRevision: BigInt(seen.revision) }),
    correlation: id,
  };
  switch (command.kind) {
    case 'draft': {
      const { debtor, amount, ground } = command;
      const data = { debtor, creditor: MUNICIPALITY, amount, currency, ground, sector: SECTOR };
      return new DraftDebt(target, data, request);
    }
    case 'edit':
      return new EditDraft(target, { amount: command.amount, currency }, request);
    case 'register':
      return new RegisterDebt(target, {}, request);
    case 'request-update':
      return new RequestUpdate(target, { amount: command.amount, currency, ground: command.ground }, request);
    case 'request-payment':
      return new RequestPayment(target, { amount: command.amount, currency }, request);
    case 'request-cancellation':
      return new RequestCancellation(target, { ground: command.ground }, request);
    case 'approve':
      return new ApproveRequest(target, { request: command.request as EventId }, request);
    case 'proceeding':
      return new RecordProceeding(target, { kind: command.proceeding, on }, request);
    case 'receipt': {
      const { reference, payer, debt, amount, channel } = command;
      const facts = { bank: BANK, reference, payer, payee: MUNICIPALITY, target: { debt: debt.id } };
      return new RecordReceipt(
        target,
        { ...facts, amount, currency, paidOn: on, channel, sector: SECTOR, match },
        request,
      );
    }
  }
}
