import { BANK, MUNICIPALITY, offender } from '../../examples/road-fines/actors.js';
import { newFine, stepsOf } from '../../examples/road-fines/mapping.js';
import { readFines } from '../../examples/road-fines/rows.js';
import type { Answer, Step } from '../../examples/road-fines/target.js';
import type { Uuid } from '../../src/kernel/ids.js';
import { all, rowsFile } from './rows.js';

const DEBT = '0d5a5c5e-0000-5000-8000-000000000001' as Uuid;

/** What the ledger answers to a kind of command, unless a test says otherwise. */
const STATES: Record<Step['command']['kind'], string> = {
  draft: 'draft',
  edit: 'draft',
  register: 'outstanding',
  'request-update': 'outstanding',
  'request-payment': 'outstanding',
  'request-cancellation': 'outstanding',
  approve: 'outstanding',
  proceeding: 'outstanding',
  receipt: 'matched',
};

/** The steps of one fine's rows. `answers` holds what differs: a state or, in capitals, a refusal, by the step's key. */
async function stepsFor(rows: readonly string[], answers: Readonly<Record<string, string>> = {}) {
  const [fineRows] = await all(readFines(await rowsFile(rows)));
  const fine = newFine();
  const steps: Step[] = [];
  const leftOut: string[] = [];
  let revision = -1;
  for (const row of fineRows!) {
    const run = stepsOf(row, fine);
    let next = run.next();
    while (next.done !== true) {
      const step = next.value;
      steps.push(step);
      const said = answers[step.key] ?? STATES[step.command.kind];
      if (said === 'matched') revision++; // a policy applies the receipt
      next = run.next(
        /^[A-Z]/.test(said) ? { kind: 'refused', code: said, event: `attempt of ${step.key}` } : accepted(step, said),
      );
    }
    if (next.value !== undefined) leftOut.push(next.value.leftOut);
  }
  return { steps, leftOut, fine };

  function accepted(step: Step, state: string): Answer {
    const id = step.command.kind === 'receipt' ? ('0d5a5c5e-0000-5000-8000-000000000002' as Uuid) : DEBT;
    if (step.command.kind !== 'receipt') revision++;
    return { kind: 'accepted', id, revision, event: `event of ${step.key}`, state };
  }
}

const summary = ({ key, sender, on, command }: Step): string => {
  const amount = 'amount' in command ? ` ${command.amount}` : '';
  const code = 'ground' in command ? ` ${command.ground}` : 'proceeding' in command ? ` ${command.proceeding}` : '';
  return `${on} ${key}: ${command.kind}${amount}${code} by ${sender.sub}`;
};
const summaries = async (rows: readonly string[], answers?: Readonly<Record<string, string>>) =>
  (await stepsFor(rows, answers)).steps.map(summary);

const CREATE = 'A1/0 Create Fine 2006-07-24 amount=35.0';
const CREATED = [
  '2006-07-24 A1/0/draft: draft 35.00 article-157 by officer-561',
  '2006-07-24 A1/0/register: register by registrar',
];
const DONE = 'A1/9 Send for Credit Collection 2009-01-01';
const COLLECTED = '2009-01-01 A1/9/proceeding: proceeding send-for-credit-collection by clerk';

test('a fine is drafted by its officer and registered by the registrar', async () => {
  const { steps } = await stepsFor([CREATE, DONE]);
  expect(steps.map(summary)).toEqual([...CREATED, COLLECTED]);
  expect(steps[0]!.command).toMatchObject({ debtor: offender('A1') });
  expect(steps[1]!.command).toEqual({ kind: 'register', debt: { id: DEBT, revision: 0 } });
  expect(steps.map(({ sender }) => [sender.roles, sender.party])).toEqual([
    [['importer', 'clerk'], MUNICIPALITY],
    [['importer', 'approver'], MUNICIPALITY],
    [['importer', 'clerk'], MUNICIPALITY],
  ]);
});

test('a fine of 0.00 stays a draft until a row raises it; that row edits and registers it', async () => {
  const rows = [
    'A1/0 Create Fine 2006-07-24 amount=0.0',
    'A1/1 Send Fine 2006-12-05 expense=0.0',
    'A1/2 Send Fine 2006-12-06 expense=11.0',
    DONE,
  ];
  expect(await summaries(rows, { 'A1/1/proceeding': 'DRAFT' })).toEqual([
    '2006-07-24 A1/0/draft: draft 0.00 article-157 by officer-561',
    '2006-12-05 A1/1/proceeding: proceeding send-fine by clerk',
    '2006-12-06 A1/2/edit: edit 11.00 by clerk',
    '2006-12-06 A1/2/register: register by registrar',
    COLLECTED,
  ]);
});

test('an expense raises the amount by itself, requested by a clerk and approved by the registrar', async () => {
  const { steps } = await stepsFor([CREATE, 'A1/1 Send Fine 2006-12-05 expense=11.05', DONE]);
  expect(steps.map(summary)).toEqual([
    ...CREATED,
    '2006-12-05 A1/1/request: request-update 46.05 postage by clerk',
    '2006-12-05 A1/1/approval: approve by registrar',
    COLLECTED,
  ]);
  expect(steps[3]!.command).toEqual({
    kind: 'approve',
    debt: { id: DEBT, revision: 2 },
    request: 'event of A1/1/request',
  });
});

test('sending without an expense is a proceeding', async () => {
  expect(await summaries([CREATE, 'A1/1 Send Fine 2006-12-05 expense=0.0', DONE])).toEqual([
    ...CREATED,
    '2006-12-05 A1/1/proceeding: proceeding send-fine by clerk',
    COLLECTED,
  ]);
});

test('a penalty sets the amount to its own and all expenses so far', async () => {
  const rows = [CREATE, 'A1/1 Send Fine 2006-12-05 expense=11.0', 'A1/2 Add penalty 2007-03-16 amount=71.5', DONE];
  expect((await summaries(rows)).slice(4, 6)).toEqual([
    '2007-03-16 A1/2/request: request-update 82.50 penalty by clerk',
    '2007-03-16 A1/2/approval: approve by registrar',
  ]);
});

test('a penalty that changes nothing is a proceeding', async () => {
  const rows = [
    'A1/0 Create Fine 2006-07-24 amount=0.0',
    'A1/1 Send Fine 2006-12-05 expense=11.0',
    'A1/2 Add penalty 2007-03-16 amount=0.0',
    DONE,
  ];
  expect((await summaries(rows)).slice(3)).toEqual([
    '2007-03-16 A1/2/proceeding: proceeding add-penalty by clerk',
    COLLECTED,
  ]);
});

test('a payment is a bank receipt under case/index; what follows waits for the event that applies it', async () => {
  const { steps, fine } = await stepsFor([CREATE, 'A1/1 Payment 2006-09-01 payment=20.0', DONE]);
  expect(steps[2]).toEqual({
    key: 'A1/1/receipt',
    sender: { sub: 'bank', roles: ['importer', 'bank'], party: BANK },
    on: '2006-09-01',
    command: {
      kind: 'receipt',
      reference: 'A1/1',
      payer: offender('A1'),
      debt: { id: DEBT, revision: 1 },
      amount: '20.00',
      channel: 'bank-transfer',
    },
  });
  expect(steps[3]!.command).toMatchObject({ debt: { revision: 2 } });
  expect(fine.received).toBe(2000n);
});

test('a payment on a draft stays unmatched: nothing follows on the debt, nothing is received', async () => {
  const rows = ['A1/0 Create Fine 2006-07-24 amount=0.0', 'A1/1 Payment 2006-09-01 payment=20.0', DONE];
  const { steps, fine } = await stepsFor(rows, { 'A1/1/receipt': 'unmatched', 'A1/9/proceeding': 'DRAFT' });
  expect(steps.at(-1)!.command).toMatchObject({ debt: { revision: 0 } });
  expect(fine).toMatchObject({ state: 'draft', received: 0n });
});

test('a payment of nothing is left out', async () => {
  const { steps, leftOut } = await stepsFor([CREATE, 'A1/1 Payment 2006-09-01 payment=0.0', DONE]);
  expect(steps.map(summary)).toEqual([...CREATED, COLLECTED]);
  expect(leftOut).toEqual(['a payment of nothing']);
});

describe('dismissal', () => {
  const appeal = (activity: string, dismissal: string) => [
    CREATE,
    `A1/1 ${activity} 2007-01-01 dismissal=${dismissal}`,
    DONE,
  ];
  const cancelled = { 'A1/1/approval': 'cancelled', 'A1/9/proceeding': 'cancelled' };

  test.each([
    ['Send Appeal to Prefecture', '#', 'prefecture'],
    ['Appeal to Judge', 'G', 'judge'],
  ])('%s with %s cancels, approved by the %s', async (activity, dismissal, authority) => {
    expect((await summaries(appeal(activity, dismissal), cancelled)).slice(2, 4)).toEqual([
      '2007-01-01 A1/1/request: request-cancellation dismissed by clerk',
      `2007-01-01 A1/1/approval: approve by ${authority}`,
    ]);
  });

  test.each([
    ['Send Appeal to Prefecture', 'NIL', 'send-appeal-to-prefecture'],
    ['Send Appeal to Prefecture', 'G', 'send-appeal-to-prefecture'],
    ['Send Appeal to Prefecture', '', 'send-appeal-to-prefecture'],
    ['Appeal to Judge', 'NIL', 'appeal-to-judge'],
    ['Appeal to Judge', '#', 'appeal-to-judge'],
  ])('%s with "%s" is a proceeding', async (activity, dismissal, kind) => {
    expect((await summaries(appeal(activity, dismissal))).slice(2, -1)).toEqual([
      `2007-01-01 A1/1/proceeding: proceeding ${kind} by clerk`,
    ]);
  });

  test('a raise after it is requested all the same; once refused, no approval is sent', async () => {
    const rows = [...appeal('Appeal to Judge', 'G').slice(0, 2), 'A1/2 Add penalty 2007-03-16 amount=71.5', DONE];
    const { steps, fine } = await stepsFor(rows, { ...cancelled, 'A1/2/request': 'CLOSED' });
    expect(steps.slice(4).map(summary)).toEqual([
      '2007-03-16 A1/2/request: request-update 71.50 penalty by clerk',
      COLLECTED,
    ]);
    expect(fine).toMatchObject({ state: 'cancelled', amount: 3500n });
  });

  test('a payment after it is a receipt, and settles nothing', async () => {
    const rows = [...appeal('Appeal to Judge', 'G').slice(0, 2), 'A1/2 Payment 2007-03-16 payment=35.0'];
    const { steps, fine } = await stepsFor(rows, cancelled);
    expect(steps.slice(4).map(summary)).toEqual(['2007-03-16 A1/2/receipt: receipt 35.00 by bank']);
    expect(fine).toMatchObject({ state: 'cancelled', received: 0n });
  });
});

test.each([
  ['Insert Fine Notification', 'insert-fine-notification'],
  ['Insert Date Appeal to Prefecture', 'insert-date-appeal-to-prefecture'],
  ['Receive Result Appeal from Prefecture', 'receive-result-appeal-from-prefecture'],
  ['Notify Result Appeal to Offender', 'notify-result-appeal-to-offender'],
  ['Send for Credit Collection', 'send-for-credit-collection'],
])('%s is a proceeding', async (activity, kind) => {
  const [, , step] = (await stepsFor([CREATE, `A1/1 ${activity} 2007-01-01`])).steps;
  expect(step).toMatchObject({ key: 'A1/1/proceeding', command: { kind: 'proceeding', proceeding: kind } });
});

describe('settlement', () => {
  const settlement = (row: string, date: string, amount: string) => [
    `${date} ${row}/settlement-request: request-payment ${amount} by debtor-A1`,
    `${date} ${row}/settlement-approval: approve by registrar`,
  ];

  test('a fine paid to the cent is settled after its last row, dated as that row', async () => {
    const { steps } = await stepsFor([CREATE, 'A1/1 Payment 2006-09-01 payment=35.0'], {
      'A1/1/settlement-approval': 'settled',
    });
    expect(steps.slice(3).map(summary)).toEqual(settlement('A1/1', '2006-09-01', '35.00'));
    expect(steps[3]!.sender).toEqual({ sub: 'debtor-A1', roles: ['importer', 'debtor'], party: offender('A1') });
    expect(steps[3]!.command).toMatchObject({ debt: { revision: 2 } });
    expect(steps[4]!.command).toMatchObject({ debt: { revision: 3 }, request: 'event of A1/1/settlement-request' });
  });

  test('what is paid too much is not counted', async () => {
    const rows = [CREATE, 'A1/1 Payment 2006-09-01 payment=20.0', 'A1/2 Payment 2006-09-02 payment=20.0'];
    expect((await summaries(rows)).slice(4)).toEqual(settlement('A1/2', '2006-09-02', '35.00'));
  });

  test('a payment in full is not settled while rows are still to come', async () => {
    expect((await summaries([CREATE, 'A1/1 Payment 2006-09-01 payment=35.0', DONE])).slice(2)).toEqual([
      '2006-09-01 A1/1/receipt: receipt 35.00 by bank',
      COLLECTED,
      ...settlement('A1/9', '2009-01-01', '35.00'),
    ]);
  });

  test('an excess does not pay a later raise', async () => {
    const rows = [CREATE, 'A1/1 Payment 2006-09-01 payment=46.0', 'A1/2 Send Fine 2006-12-05 expense=11.0'];
    expect((await summaries(rows)).at(-1)).toBe('2006-12-05 A1/2/approval: approve by registrar');
  });

  test('one cent short is not settled', async () => {
    const rows = [CREATE, 'A1/1 Payment 2006-09-01 payment=34.99'];
    expect((await summaries(rows)).at(-1)).toBe('2006-09-01 A1/1/receipt: receipt 34.99 by bank');
  });
});

test('a fine that cannot be drafted stops the import: none of its rows could be sent', async () => {
  await expect(stepsFor([CREATE], { 'A1/0/draft': 'BACKDATING' })).rejects.toThrow(
    'fine A1 could not be drafted: BACKDATING',
  );
});

test('a row of a fine that was never created is an error with its line', async () => {
  await expect(stepsFor(['A1/1 Payment 2006-09-01 payment=35.0'])).rejects.toThrow('line 2: fine A1 was never created');
});

test('an amount finer than a cent is refused, never rounded', async () => {
  await expect(stepsFor(['A1/0 Create Fine 2006-07-24 amount=35.001'])).rejects.toThrow('EUR has 2 decimals');
});
