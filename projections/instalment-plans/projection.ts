import type * as debts from '../../src/contexts/debts/events.js';
import type { Projection } from '../../src/feed/consumers.js';
import { addDays, type BusinessDate } from '../../src/kernel/calendar.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { plus } from '../sums.js';
import { instalmentPlansModel, type PlanView } from './model.js';

type PlanEnvelope = Recorded<
  | debts.InstalmentPlanApproved
  | debts.InstalmentsPaid
  | debts.InstalmentsReopened
  | debts.InstalmentsLowered
  | debts.InstalmentMissed
  | debts.NoticeServed
  | debts.PlanDefaulted
  | debts.PlanCompleted
  | debts.DebtCancelled
>;

/** GET /v1/debts/{id}/plan, and what the clock of the plans asks: what is due by a day (domain.md E2j; §5, 7). */
export const instalmentPlans: Projection<PlanView> = {
  name: 'instalment-plans',
  model: instalmentPlansModel,
  types: [
    'debts.InstalmentPlanApproved',
    'debts.InstalmentsPaid',
    'debts.InstalmentsReopened',
    'debts.InstalmentsLowered',
    'debts.InstalmentMissed',
    'debts.NoticeServed',
    'debts.PlanDefaulted',
    'debts.PlanCompleted',
    'debts.DebtCancelled',
  ] satisfies PlanEnvelope['type'][],
  identify: ({ refs }) => (refs.debt === undefined ? [] : [refs.debt]),
  evolve(view, { event }, id) {
    const envelope = event as PlanEnvelope;
    if (envelope.type === 'debts.InstalmentPlanApproved') return dated(approved(envelope, id));
    if (view === null) {
      if (envelope.type === 'debts.DebtCancelled') return null; // most debts have no plan
      throw new Error(`${event.type} before a plan of debt ${id} was approved`);
    }
    return dated({ ...changed(view, envelope), revision: event.revision });
  },
};

function changed(view: PlanView, event: Exclude<PlanEnvelope, Recorded<debts.InstalmentPlanApproved>>): PlanView {
  switch (event.type) {
    case 'debts.InstalmentsPaid':
    case 'debts.InstalmentsLowered':
      return standing({ ...view, ...moved(view, event.data, '-') });
    case 'debts.InstalmentsReopened':
      return standing({ ...view, state: 'active', ...moved(view, event.data, '') });
    case 'debts.InstalmentMissed': {
      const { instalment, occurrence: missed } = event.data;
      const instalments = view.instalments.map((each) =>
        each.instalment === instalment ? { ...each, missed, late: true } : each,
      );
      return standing({ ...view, instalments });
    }
    case 'debts.NoticeServed': {
      const { notice, on, until, instalments } = event.data;
      return standing({ ...view, notices: notice, notice: { notice, on, until, instalments } });
    }
    case 'debts.PlanDefaulted':
      return { ...view, state: 'defaulted', notice: null };
    case 'debts.PlanCompleted':
      return { ...view, state: 'completed', notice: null };
    case 'debts.DebtCancelled':
      return isRunning(view) ? { ...view, state: 'ended', notice: null } : view;
  }
}

const isRunning = ({ state }: PlanView): boolean => state === 'active' || state === 'late' || state === 'noticed';

const isOpen = ({ open }: PlanView['instalments'][number]): boolean => /[1-9]/.test(open);

/** The instalments with so much less, or more, open. */
function moved(
  view: PlanView,
  { parts, open }: debts.InstalmentsLowered['data'],
  sign: '-' | '',
): Pick<PlanView, 'instalments' | 'open'> {
  const by = new Map(parts.map(({ instalment, amount }) => [instalment, amount]));
  const instalments = view.instalments.map((each) => {
    const amount = by.get(each.instalment);
    if (amount === undefined) return each;
    const after = { ...each, open: plus(each.open, BigInt(`${sign}${amount.replace('.', '')}`), view.currency) };
    return { ...after, late: each.late && isOpen(after) };
  });
  return { instalments, open };
}

/** A running plan as its instalments say; a notice is over when all that it names is paid. */
function standing(view: PlanView): PlanView {
  if (!isRunning(view)) return view;
  const { instalments } = view;
  const notice = view.notice?.instalments.some((number) =>
    instalments.some((i) => i.instalment === number && isOpen(i)),
  )
    ? view.notice
    : null;
  const state = notice !== null ? 'noticed' : instalments.some(({ late }) => late) ? 'late' : 'active';
  return { ...view, notice, state };
}

/** The first day on which an instalment is missed, a notice is served or the plan falls due. */
function dated(view: PlanView): PlanView {
  if (!isRunning(view)) return { ...view, actOn: null };
  const { notice, instalments } = view;
  const next = instalments.filter((each) => isOpen(each) && !(each.late && notice !== null)).map(({ dueOn }) => dueOn);
  if (notice !== null) next.push(notice.until);
  const [first] = next.sort();
  return { ...view, actOn: first === undefined ? null : addDays(first as BusinessDate, 1) };
}

function approved({ data, refs, revision }: Recorded<debts.InstalmentPlanApproved>, id: string): PlanView {
  const { debtor, creditor } = refs;
  if (debtor === undefined || creditor === undefined) throw new Error(`debt ${id} has no debtor or creditor`);
  const { plan, currency, amount, instalments } = data;
  return {
    id,
    plan,
    debtor,
    creditor,
    currency,
    state: 'active',
    amount,
    open: amount,
    instalments: instalments.map((each) => ({ ...each, open: each.amount, missed: 0, late: false })),
    notice: null,
    notices: 0,
    actOn: null,
    revision,
  };
}
