import { methodOf, pathOf, type RouteKey } from '../../src/http/access.js';
import { MUNICIPALITY } from './actors.js';
import type { Json } from './http-client.js';
import type { Command, DebtSeen } from './target.js';

/** A command as the HTTP API takes it. In process its digest is taken of the same, so that both are one import. */
export interface ApiRequest {
  readonly route: RouteKey;
  /** What the path names. */
  readonly params: Readonly<Record<string, string>>;
  readonly body: Json;
  /** The debt that the path names: its revision is the `If-Match`. */
  readonly debt?: DebtSeen;
}

/** @param on business date, `YYYY-MM-DD` */
export function requestOf(command: Command, on: string): ApiRequest {
  const effectiveOn = on;
  switch (command.kind) {
    case 'draft': {
      const { debtor, ground, amount } = command;
      const body = { debtor, creditor: MUNICIPALITY, amount: euros(amount), ground, effectiveOn };
      return { route: 'POST /v1/debts', params: {}, body };
    }
    case 'receipt': {
      const { reference, payer, debt, amount, channel } = command;
      const facts = { reference, payer, payee: MUNICIPALITY, target: { debt: debt.id }, amount: euros(amount) };
      return { route: 'POST /v1/receipts', params: {}, body: { ...facts, paidOn: on, channel, effectiveOn } };
    }
    case 'edit':
      return onDebt('PATCH /v1/debts/{id}', command.debt, { amount: euros(command.amount), effectiveOn });
    case 'register':
      return onDebt('POST /v1/debts/{id}/registration', command.debt, { effectiveOn });
    case 'request-update': {
      const { debt, ground, amount } = command;
      return onDebt('POST /v1/debts/{id}/update-requests', debt, { amount: euros(amount), ground, effectiveOn });
    }
    case 'request-payment': {
      const { debt, amount } = command;
      return onDebt('POST /v1/debts/{id}/payment-requests', debt, { amount: euros(amount), effectiveOn });
    }
    case 'request-cancellation': {
      const { debt, ground } = command;
      return onDebt('POST /v1/debts/{id}/cancellation-requests', debt, { ground, effectiveOn });
    }
    case 'approve': {
      const { debt, request } = command;
      return onDebt('POST /v1/debts/{id}/requests/{request}/approval', debt, { effectiveOn }, { request });
    }
    case 'proceeding': {
      const { debt, proceeding } = command;
      return onDebt('POST /v1/debts/{id}/proceedings', debt, { kind: proceeding, on, effectiveOn });
    }
  }
}

export const methodAndPath = ({ route, params }: ApiRequest): { method: 'POST' | 'PATCH'; path: string } => ({
  method: methodOf(route) as 'POST' | 'PATCH',
  path: pathOf(route).replace(/\{(\w+)\}/g, (_, name: string) => params[name] as string),
});

const onDebt = (route: RouteKey, debt: DebtSeen, body: Json, more: Readonly<Record<string, string>> = {}) => ({
  route,
  params: { id: debt.id, ...more },
  body,
  debt,
});

const euros = (amount: string): Json => ({ amount, currency: 'EUR' });
