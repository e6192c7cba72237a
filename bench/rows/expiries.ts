import { addMonths, businessDateAt, startOfDay } from '../../src/kernel/calendar.js';
import { meets, withLimit, type Comparison } from '../measure.js';
import type { Rows } from '../row.js';
import type { CountFound } from '../runs/count.js';
import type { LoadFound } from '../runs/load.js';
import { run } from '../runs/run.js';
import type { SubscribeFound } from '../runs/subscribe.js';
import { Server } from '../server.js';

const TARGET = { atLeast: 0.5 };
/** Of HTTP's p99 while subscriptions expire, against nothing else to do. */
const MOST_SLOWER = 3;
const CONNECTIONS = 16;
const DAY_MS = 86_400_000;
/** From a start to midnight: time to warm up, and to see what HTTP does when nothing else happens. */
const BEFORE_MS = 30_000;

/** Subscriptions that all expire at one time, while others read over HTTP. */
export const expiries: Rows = {
  names: ['expiries'],
  async measure(bench) {
    const subscriptions = bench.quick ? 300 : 10_000;
    const site = await bench.site();
    bench.say(`buying ${subscriptions} subscriptions`);
    const bought = await run<SubscribeFound>('subscribe', { folder: site.folder, subscriptions }, site);

    const midnight = startOfDay(addMonths(businessDateAt(Date.now()), 12));
    bench.say('a year but a day goes by');
    const dayBefore = await Server.sijill(site, { daysAhead: (midnight - Date.now()) / DAY_MS - 1 });
    await dayBefore.standsStill();
    await dayBefore.stop();

    const midnightComes = performance.now() + BEFORE_MS;
    const server = await Server.sijill(site, {
      daysAhead: (midnight - BEFORE_MS - Date.now()) / DAY_MS,
      profile: bench.profile,
    });
    const load = {
      url: server.url,
      method: 'GET',
      paths: bought.ids.slice(0, 2_000).map((id) => `/v1/subscriptions/${id}`),
      headers: { authorization: `Bearer ${await server.token('auditor', 'auditor')}` },
      connections: CONNECTIONS,
      awake: false,
    };
    // The log is looked at all the while, so that idle and busy bear the same.
    let tell = (): void => {};
    const told = new Promise<void>((resolve) => (tell = resolve));
    const again = bench.quick ? 0.2 : 1.5;
    const [expired, { again: busy, ...idle }] = await Promise.all([
      server.standsStill(midnightComes, () => {
        bench.say('at midnight they expire');
        tell();
      }),
      run<LoadFound>('load', { ...load, warmUpSeconds: 3, seconds: 2, secondsAgain: again }, { told }),
    ]);
    if (busy === undefined) throw new Error('the load did not ask again');
    await server.stop();
    const { events, streams } = await run<CountFound>(
      'count',
      { folder: site.folder, type: 'subscriptions.SubscriptionExpired' },
      site,
    );
    if (events !== subscriptions || streams !== subscriptions) {
      throw new Error(`${subscriptions} subscriptions expired ${events} times, in ${streams} streams`);
    }
    const ratio = expired.perSecond / bought.perSecond;
    const result: Comparison = {
      kind: 'compared',
      row: 'expiries',
      subject: side('events of the job as subscriptions expire', 'events/s', expired.perSecond),
      peer: side('orders through the CommandBus, 64 callers', 'commands/s', bought.perSecond),
      ratio,
      target: TARGET,
      met: meets(ratio, TARGET),
      ratios: [ratio],
      notes: [
        `${subscriptions} expired once each, ${expired.seconds.toFixed(1)} s from the first event to the last`,
        `p99 over HTTP ${busy.p99} ms, with nothing else to do ${idle.p99} ms`,
      ],
    };
    return [withLimit(result, 'p99', busy.p99 / idle.p99, MOST_SLOWER, 'times that of idle')];
  },
};

const side = (name: string, unit: string, figure: number) => ({ name, unit, median: figure, figures: [figure] });
