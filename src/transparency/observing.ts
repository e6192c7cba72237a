import type { Metrics } from '../http/metrics.js';
import type { Indicator } from '../http/ports.js';
import type { LogStatus } from './log-status.js';

/** Whoever knows how the transparency log stands. */
interface Watched {
  readonly transparency: LogStatus | undefined;
}

/** Shows in `/metrics` how much was signed, and whether nothing is any more. */
export function measureLog(watched: Watched, metrics: Metrics): void {
  const signed = 'Events in the last checkpoint of the transparency log.';
  metrics.gauge('sijill_transparency_events', signed, 'state', () => {
    const { transparency } = watched;
    return transparency === undefined ? [] : [['signed', transparency.size]];
  });
  const halted = 'Whether the transparency log halted (1): nothing is signed, and somebody has to look.';
  metrics.gauge('sijill_transparency_halted', halted, 'log', () => {
    const { transparency } = watched;
    return transparency === undefined ? [] : [['own', Number(transparency.state === 'halted')]];
  });
}

/** Shown, and never `down`: the ledger is kept and answers, also where nothing may be signed any more. */
export const logIndicator = (watched: Watched): Indicator => ({
  name: 'transparency',
  async check() {
    const { transparency } = watched;
    if (transparency === undefined) return { up: true, details: { state: 'none is kept here' } };
    const { state, size, halt } = transparency;
    return { up: true, details: { state, signed: size, ...(halt !== undefined && { halt }) } };
  },
});
