import { duePlans } from '../../projections/instalment-plans/due.js';
import { instalmentPlans } from '../../projections/instalment-plans/projection.js';
import { stepsOf, type DuePlan } from '../../src/contexts/debts/debts.jobs.js';
import { WEEKENDS_ONLY } from '../../src/contexts/debts/working-days.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { Condition, ReadModelReader } from '../../src/read-models/read-models.js';
import { SYSTEM } from '../given.js';
import { foldAll } from '../projections/life.js';
import { DEBT, receive, takeBack, type GivenDebt } from './cast.js';
import { inInstalments, planOf } from './states.js';

/*
 * The daily clock of the instalments (E2j): what the read model finds becomes commands, and the debt decides. Four
 * instalments of 10.00, due on 31 March, 30 April, 31 May and 30 June 2026.
 */

const on = (day: string) => day as BusinessDate;

/** The steps of a day, from what the read model says of these events. */
async function due(debt: GivenDebt, today: string) {
  const view = foldAll(instalmentPlans, debt.events).get(DEBT);
  const reader = {
    query: (_: unknown, { where }: { where: readonly Condition[] }) => {
      const isDue = view?.actOn != null && where.every(({ value }) => (view.actOn as string) <= String(value));
      return Promise.resolve({ documents: isDue ? [view] : [] });
    },
  } as unknown as ReadModelReader;
  const { due } = await duePlans(reader, on(today), undefined);
  return due.flatMap((plan) => stepsOf(plan, on(today), WEEKENDS_ONLY));
}

/** Does them, and returns what they were. */
async function tick(debt: GivenDebt, today: string): Promise<{ after: GivenDebt; done: string[]; ids: string[] }> {
  const steps = await due(debt, today);
  const after = steps.reduce((before, { command, on: effectiveOn }) => {
    return before.and([command, SYSTEM, { today, effectiveOn }]);
  }, debt);
  const events = after.events.slice(debt.events.length);
  return {
    after,
    done: events.map(({ type, effectiveOn }) => `${effectiveOn} ${type.slice('debts.'.length)}`),
    ids: steps.map(({ command, once }) => `${command.type} ${once}`),
  };
}

test('E2j day by day: missed, noticed, missed again under the notice, fallen due as a whole', async () => {
  const first = await tick(inInstalments(), '2026-03-31');
  expect(first.done).toEqual([]);
  const second = await tick(first.after, '2026-04-01');
  expect(second.done).toEqual(['2026-04-01 InstalmentMissed', '2026-04-01 NoticeServed']);
  expect(planOf(second.after).notice).toEqual({ instalments: [1], until: '2026-05-13' });
  expect((await tick(second.after, '2026-04-02')).done).toEqual([]);
  const third = await tick(second.after, '2026-05-01');
  expect(third.done).toEqual(['2026-05-01 InstalmentMissed']);
  expect((await tick(third.after, '2026-05-13')).done).toEqual([]);
  const fourth = await tick(third.after, '2026-05-14');
  expect(fourth.done).toEqual(['2026-05-14 PlanDefaulted']);
  expect((await tick(fourth.after, '2026-07-01')).done).toEqual([]);
});

test('E2j a month late: in order, each as of its own day, but a notice as of today', async () => {
  const late = await tick(inInstalments(), '2026-06-10');
  expect(late.done).toEqual([
    '2026-04-01 InstalmentMissed',
    '2026-05-01 InstalmentMissed',
    '2026-06-01 InstalmentMissed',
    '2026-06-10 NoticeServed',
  ]);
  expect(planOf(late.after).notice).toEqual({ instalments: [1, 2, 3], until: '2026-07-22' });
});

test('E2j late after a notice: what was missed before it ended comes before the whole falls due', async () => {
  const noticed = (await tick(inInstalments(), '2026-04-01')).after;
  expect((await tick(noticed, '2026-06-10')).done).toEqual(['2026-05-01 InstalmentMissed', '2026-05-14 PlanDefaulted']);
});

test('E2j run twice on what the read model said before, nothing happens twice', async () => {
  const before = inInstalments();
  const { after } = await tick(before, '2026-04-01');
  const again = (await due(before, '2026-04-01')).reduce((debt, { command, on: effectiveOn }) => {
    return debt.and([command, SYSTEM, { today: '2026-04-01', effectiveOn }]);
  }, after);
  expect(again.events).toHaveLength(after.events.length);
});

test('E2j ids come from plan, instalment and occurrence: a repeat has the same, a second time another', async () => {
  const { id } = planOf(inInstalments());
  const first = await tick(inInstalments(), '2026-04-01');
  expect(first.ids).toEqual([`MissInstalment ${id} 1 1`, `ServeNotice ${id} 1 2026-04-01`]);
  const paid = first.after.and([receive('r2', '10'), SYSTEM]);
  expect((await tick(paid, '2026-04-02')).ids).toEqual([]);
  const back = paid.and([takeBack('r2'), SYSTEM]);
  expect((await tick(back, '2026-04-02')).ids).toEqual([`MissInstalment ${id} 1 2`, `ServeNotice ${id} 2 2026-04-02`]);
});

test('E2j paid in time, the clock waits for the next instalment', async () => {
  const noticed = (await tick(inInstalments(), '2026-04-01')).after;
  const paid = noticed.and([receive('r2', '10'), SYSTEM, { today: '2026-04-20' }]);
  expect(foldAll(instalmentPlans, paid.events).get(DEBT)).toMatchObject({
    state: 'active',
    notice: null,
    actOn: '2026-05-01',
  });
  expect((await tick(paid, '2026-05-14')).done).toEqual(['2026-05-01 InstalmentMissed', '2026-05-14 NoticeServed']);
});

describe('E2j what a plan owes to the calendar, whatever the read model hands over', () => {
  const open = (instalment: number, dueOn: string, late = false): DuePlan['open'][number] => ({
    instalment,
    dueOn: on(dueOn),
    missed: late ? 1 : 0,
    late,
  });
  const plan = (changes: Partial<DuePlan>): DuePlan => ({
    debt: DEBT,
    plan: planOf(inInstalments()).id,
    open: [],
    notices: 0,
    until: null,
    ...changes,
  });
  const steps = (changes: Partial<DuePlan>, today: string) =>
    stepsOf(plan(changes), on(today), WEEKENDS_ONLY).map(({ command, on: day }) => `${day} ${command.type}`);

  test('what is due today may still be paid today', () => {
    expect(steps({ open: [open(1, '2026-03-31')] }, '2026-03-31')).toEqual([]);
    expect(steps({ open: [open(1, '2026-03-31', true), open(2, '2026-04-30')] }, '2026-04-30')).toEqual([
      '2026-04-30 ServeNotice',
    ]);
  });

  test('the last day of a notice is still the debtor’s', () => {
    const noticed = { open: [open(1, '2026-03-31', true)], notices: 1, until: on('2026-05-13') };
    expect(steps(noticed, '2026-05-12')).toEqual([]);
    expect(steps(noticed, '2026-05-13')).toEqual([]);
    expect(steps(noticed, '2026-05-14')).toEqual(['2026-05-14 DefaultPlan']);
  });

  test('while a notice runs, no other is served', () => {
    const noticed = { open: [open(1, '2026-03-31', true), open(2, '2026-04-30')], notices: 1, until: on('2026-05-13') };
    expect(steps(noticed, '2026-05-01')).toEqual(['2026-05-01 MissInstalment']);
  });

  test('on one day, what was missed comes before the whole falls due', () => {
    const until = on('2026-05-31');
    const missed = [open(2, '2026-05-31'), open(3, '2026-06-01')];
    expect(steps({ open: missed, notices: 1, until }, '2026-06-10')).toEqual([
      '2026-06-01 MissInstalment',
      '2026-06-01 DefaultPlan',
      '2026-06-02 MissInstalment',
    ]);
  });

  test('notice is given of what is late, of one instalment among others, and of nothing else', () => {
    const late = [open(1, '2026-03-31', true), open(2, '2026-04-30')];
    expect(steps({ open: late }, '2026-04-02')).toEqual(['2026-04-02 ServeNotice']);
    expect(steps({ open: [open(2, '2026-04-30')] }, '2026-04-02')).toEqual([]);
  });
});
