import { attemptsModel } from '../../projections/attempts/model.js';
import { debtListModel } from '../../projections/debt-list/model.js';
import { entityTotalsModel } from '../../projections/entity-totals/model.js';
import { rules } from '../../src/composition.js';
import type { ReadModelReader } from '../../src/read-models/read-models.js';
import { MUNICIPALITY } from './actors.js';
import { STATES, SUM_NAMES, type Figures } from './target.js';

/** The report's figures as the read models hold them: one document of sums, and counts from indexes. */
export async function figuresIn(readModels: ReadModelReader): Promise<Figures> {
  const totals = await readModels.get(entityTotalsModel, `${MUNICIPALITY}:EUR`);
  const sums = SUM_NAMES.map((name) => [name, totals?.[name] ?? '0.00'] as const);
  const states = STATES.map(async (state) => {
    const where = [
      { field: 'creditor', is: 'eq', value: MUNICIPALITY },
      { field: 'state', is: 'eq', value: state },
    ] as const;
    return [state, await readModels.count(debtListModel, where)] as const;
  });
  const refused = rules.map(async ({ code }) => {
    return [code, await readModels.count(attemptsModel, [{ field: 'code', is: 'eq', value: code }])] as const;
  });
  return {
    refused: Object.fromEntries((await Promise.all(refused)).filter(([, count]) => count > 0)),
    states: Object.fromEntries(await Promise.all(states)) as Figures['states'],
    sums: { EUR: Object.fromEntries(sums) as Figures['sums']['EUR'] },
  };
}
