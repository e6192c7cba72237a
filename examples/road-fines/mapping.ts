import { formatMinor, parseCurrency, parseMoney } from '../../src/kernel/money.js';
import { bank, clerk, debtor, judge, offender, officer, prefecture, registrar, type Sender } from './actors.js';
import type { Row } from './rows.js';
import type { Answer, Command, DebtSeen, Step } from './target.js';

/** What later rows need to know of a fine: as small as it can be, since 150,000 fines are open at a time. */
export interface Fine {
  debt?: DebtSeen;
  /** The debt's state as the ledger last answered it. */
  state: string;
  /** Cents. */
  amount: bigint;
  received: bigint;
  /** All the expenses of sending so far, refused raises included: a penalty counts them again. */
  expenses: bigint;
}

export const newFine = (): Fine => ({ state: 'none', amount: 0n, received: 0n, expenses: 0n });

/** The row has no command and is reported: it is a payment of nothing. */
export interface LeftOut {
  readonly leftOut: string;
}

/** Takes the answer to each step; what it yields next may depend on it. */
export type Steps = Generator<Step, LeftOut | undefined, Answer>;

const EUR = parseCurrency('EUR');
const cents = (text: string): bigint => (text === '' ? 0n : parseMoney({ amount: text, currency: EUR }).minor);
const euros = (minor: bigint): string => formatMinor(minor, EUR);

/** The commands of a row, in order; `fine` follows what the ledger accepts. No clock, no I/O. */
export function* stepsOf(row: Row, fine: Fine): Steps {
  const left = yield* rowSteps(row, fine);
  if (row.last && fine.state === 'outstanding' && fine.received === fine.amount) yield* settle(row, fine);
  return left;
}

function* rowSteps(row: Row, fine: Fine): Steps {
  switch (row.activity) {
    case 'Create Fine':
      return yield* create(row, fine);
    case 'Send Fine': {
      const expense = cents(row.expense);
      fine.expenses += expense;
      return yield* setAmount(row, fine, fine.amount + expense, 'postage');
    }
    case 'Add penalty':
      return yield* setAmount(row, fine, cents(row.amount) + fine.expenses, 'penalty');
    case 'Payment':
      return yield* pay(row, fine);
    case 'Send Appeal to Prefecture':
      return row.dismissal === '#' ? yield* cancel(row, fine, prefecture) : yield* proceed(row, fine);
    case 'Appeal to Judge':
      return row.dismissal === 'G' ? yield* cancel(row, fine, judge) : yield* proceed(row, fine);
    default:
      return yield* proceed(row, fine);
  }
}

function* create(row: Row, fine: Fine): Steps {
  fine.amount = cents(row.amount);
  const command = {
    kind: 'draft',
    debtor: offender(row.case),
    amount: euros(fine.amount),
    ground: `article-${row.article}`,
  } as const;
  const answer = yield step(row, 'draft', officer(row.officer), command);
  if (answer.kind === 'refused') throw new Error(`fine ${row.case} could not be drafted: ${answer.code}`);
  fine.debt = { id: answer.id, revision: answer.revision };
  fine.state = answer.state;
  if (fine.amount > 0n) yield* onDebt(row, fine, 'register', registrar, (debt) => ({ kind: 'register', debt }));
  return undefined;
}

/** A row that changes nothing is a proceeding; a draft is edited and then registered. */
function* setAmount(row: Row, fine: Fine, to: bigint, ground: string): Steps {
  if (to === fine.amount) return yield* proceed(row, fine);
  const amount = euros(to);
  if (fine.state === 'draft') {
    const edited = yield* onDebt(row, fine, 'edit', clerk, (debt) => ({ kind: 'edit', debt, amount }));
    if (edited.kind === 'refused') return undefined;
    fine.amount = to;
    yield* onDebt(row, fine, 'register', registrar, (debt) => ({ kind: 'register', debt }));
    return undefined;
  }
  const approved = yield* requested(row, fine, clerk, registrar, (debt) => ({
    kind: 'request-update',
    debt,
    amount,
    ground,
  }));
  if (approved) fine.amount = to;
  return undefined;
}

function* pay(row: Row, fine: Fine): Steps {
  const payment = cents(row.payment);
  if (payment === 0n) return { leftOut: 'a payment of nothing' };
  const answer = yield step(row, 'receipt', bank, {
    kind: 'receipt',
    reference: `${row.case}/${row.index}`,
    payer: offender(row.case),
    debt: debtOf(row, fine),
    amount: euros(payment),
    channel: 'bank-transfer',
  });
  if (answer.kind === 'refused' || answer.state !== 'matched') return undefined;
  // A policy now applies the receipt, which is one more event of the debt: later steps must find it there.
  const { id, revision } = debtOf(row, fine);
  fine.debt = { id, revision: revision + 1 };
  if (fine.state === 'outstanding') {
    const owed = fine.amount - fine.received;
    fine.received += payment < owed ? payment : owed;
  }
  return undefined;
}

function* cancel(row: Row, fine: Fine, authority: Sender): Steps {
  yield* requested(row, fine, clerk, authority, (debt) => ({
    kind: 'request-cancellation',
    debt,
    ground: 'dismissed',
  }));
  return undefined;
}

function* settle(row: Row, fine: Fine): Steps {
  const amount = euros(fine.amount);
  const request = (debt: DebtSeen): Command => ({ kind: 'request-payment', debt, amount });
  yield* requested(row, fine, debtor(row.case), registrar, request, 'settlement-');
  return undefined;
}

function* proceed(row: Row, fine: Fine): Steps {
  const proceeding = row.activity.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  yield* onDebt(row, fine, 'proceeding', clerk, (debt) => ({ kind: 'proceeding', debt, proceeding }));
  return undefined;
}

/** A request and, unless it is refused, its approval. @returns whether it was approved */
function* requested(
  row: Row,
  fine: Fine,
  requester: Sender,
  approver: Sender,
  request: (debt: DebtSeen) => Command,
  name = '',
): Generator<Step, boolean, Answer> {
  const opened = yield* onDebt(row, fine, `${name}request`, requester, request);
  if (opened.kind === 'refused') return false;
  const approval = (debt: DebtSeen): Command => ({ kind: 'approve', debt, request: opened.event });
  const approved = yield* onDebt(row, fine, `${name}approval`, approver, approval);
  return approved.kind === 'accepted';
}

/** A command on the fine's debt, whose revision and state are then the answer's. */
function* onDebt(
  row: Row,
  fine: Fine,
  name: string,
  sender: Sender,
  command: (debt: DebtSeen) => Command,
): Generator<Step, Answer, Answer> {
  const debt = debtOf(row, fine);
  const answer = yield step(row, name, sender, command(debt));
  if (answer.kind === 'accepted') {
    fine.debt = { id: debt.id, revision: answer.revision };
    fine.state = answer.state;
  }
  return answer;
}

function debtOf(row: Row, fine: Fine): DebtSeen {
  if (fine.debt === undefined) throw new Error(`line ${row.line}: fine ${row.case} was never created`);
  return fine.debt;
}

const step = (row: Row, name: string, sender: Sender, command: Command): Step => ({
  key: `${row.case}/${row.index}/${name}`,
  sender,
  on: row.date,
  command,
});
