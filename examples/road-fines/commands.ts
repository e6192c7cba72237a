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
import { canonicalJson, sha256 } from '../../src/event-store/canonical.js';
import { parseBusinessDate } from '../../src/kernel/calendar.js';
import type { Command, CommandRequest, Issued } from '../../src/kernel/decider.js';
import type { Actor } from '../../src/kernel/envelope.js';
import { aggregateId, commandId, receiptId, type EventId, type Uuid } from '../../src/kernel/ids.js';
import { BANK, MUNICIPALITY } from './actors.js';
import type { Step } from './target.js';

/** The issuer of this process's senders: no token of a server can have their command ids. */
const ISSUER = 'road-fines';
const SECTOR = 'general';
const currency = 'EUR';

/**
 * A step as the ledger's command.
 * @param match the debt of a receipt, where it is registered; a receipt's alone
 */
export function issue(step: Step, actor: Actor, match: { readonly debt: Uuid } | null): Issued<string, unknown> {
  const { command, sender } = step;
  const on = parseBusinessDate(step.on);
  const target =
    command.kind === 'receipt'
      ? receiptId(BANK, command.reference)
      : command.kind === 'draft'
        ? undefined
        : command.debt.id;
  const id = commandId(ISSUER, sender.sub, sender.party, target ?? 'POST /v1/debts', step.key);
  const seen = 'debt' in command && command.kind !== 'receipt' ? command.debt.revision : undefined;
  const request = ({ type, data }: Pick<Command, 'type' | 'data'>): CommandRequest => ({
    id,
    digest: sha256(canonicalJson({ type, data })),
    actor,
    source: 'import',
    effectiveOn: on,
    mayBackdate: sender.roles.includes('importer'),
    ...(seen !== undefined && { expectedRevision: BigInt(seen) }),
    correlation: id,
  });
  const debt = target ?? aggregateId(id);

  switch (command.kind) {
    case 'draft': {
      const { debtor, amount, ground } = command;
      const data = { debtor, creditor: MUNICIPALITY, amount, currency, ground, sector: SECTOR };
      return new DraftDebt(debt, data, request({ type: 'DraftDebt', data }));
    }
    case 'edit': {
      const data = { amount: command.amount, currency };
      return new EditDraft(debt, data, request({ type: 'EditDraft', data }));
    }
    case 'register':
      return new RegisterDebt(debt, {}, request({ type: 'RegisterDebt', data: {} }));
    case 'request-update': {
      const data = { amount: command.amount, currency, ground: command.ground };
      return new RequestUpdate(debt, data, request({ type: 'RequestUpdate', data }));
    }
    case 'request-payment': {
      const data = { amount: command.amount, currency };
      return new RequestPayment(debt, data, request({ type: 'RequestPayment', data }));
    }
    case 'request-cancellation': {
      const data = { ground: command.ground };
      return new RequestCancellation(debt, data, request({ type: 'RequestCancellation', data }));
    }
    case 'approve': {
      const data = { request: command.request as EventId };
      return new ApproveRequest(debt, data, request({ type: 'ApproveRequest', data }));
    }
    case 'proceeding': {
      const data = { kind: command.proceeding, on };
      return new RecordProceeding(debt, data, request({ type: 'RecordProceeding', data }));
    }
    case 'receipt': {
      const { reference, payer, amount, channel } = command;
      const facts = { bank: BANK, reference, payer, payee: MUNICIPALITY, target: { debt: command.debt.id } };
      const data = { ...facts, amount, currency, paidOn: on, channel, sector: SECTOR };
      // The digest is of what was asked: what was found of the target is not part of it.
      return new RecordReceipt(debt, { ...data, match }, request({ type: 'RecordReceipt', data }));
    }
  }
}
