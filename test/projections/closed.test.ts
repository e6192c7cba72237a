import { closingsOf } from '../../projections/closings/closed.js';
import { closings } from '../../projections/closings/projection.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { id, party } from '../given.js';
import { startSqlite } from '../read-models/sqlite-backend.js';
import { foldInto } from './folded.js';

/* docs/adr/0018: what is closed of an entity's books, as far as it was known with an event. */

const CITY = party('city');
const event = (type: string, through: string, entity = CITY): Envelope =>
  ({
    id: id(`${type} ${through} ${entity}`),
    type,
    revision: 0,
    recordedAt: '2026-03-01T00:00:00.000Z',
    actor: { id: 'actor_a' },
    refs: { request: id(`${through} ${entity}`), entity },
    data: { period: through.slice(0, 7), through },
    entries: [],
  }) as unknown as Envelope;

test('an entity that is asked for again has what was closed since, and of an earlier time only what was closed then', async () => {
  const backend = await startSqlite();
  const models = await backend.open();
  const log = [
    event('periods.ClosingRequested', '2026-01-31'), // 0
    event('periods.PeriodClosed', '2026-01-31'), // 1
    event('periods.ClosingRequested', '2026-02-28'), // 2: asked for, not closed yet
  ];
  await foldInto(models, closings, log, 2);
  const of = closingsOf(models);
  const january = { through: '2026-01-31', closedAt: 1 };
  expect((await of(CITY, 2)).all).toEqual([january]);
  expect((await of(CITY, 0)).all).toEqual([]);
  expect((await of(party('town'), 2)).all).toEqual([]);

  await foldInto(models, closings, [...log, event('periods.PeriodClosed', '2026-02-28')]); // 3
  expect((await of(CITY, 3)).all).toEqual([january, { through: '2026-02-28', closedAt: 3 }]);
  expect((await of(CITY, 2)).all).toEqual([january]);
  await backend.dispose();
});
