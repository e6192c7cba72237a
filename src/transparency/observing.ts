import type { Metrics } from '../http/metrics.js';
import type { Indicator } from '../http/ports.js';
import type { LogStatus } from './log-status.js';
import type { WitnessStatus } from './witnesses/witness-status.js';

/** Whoever knows how the transparency log stands. */
interface Watched {
  readonly transparency: LogStatus | undefined;
}

/** Shows in `/metrics` how much was signed, and whether nothing is any more. */
export function measureLog(watched: Watched, metrics: Metrics): void {
  const signed =
    'Events in the last checkpoint of the transparency log, and in the last that enough witnesses cosigned.';
  metrics.gauge('sijill_transparency_events', signed, 'state', () => {
    const { transparency } = watched;
    if (transparency === undefined) return [];
    const { size, witnessed } = transparency;
    return [['signed', size] as const, ...(witnessed === undefined ? [] : [['witnessed', witnessed] as const])];
  });
  const cosigned = 'Events in the last checkpoint that a witness cosigned.';
  metrics.gauge('sijill_transparency_cosigned', cosigned, 'witness', () =>
    (watched.transparency?.witnesses ?? []).map(({ name, cosigned: events }) => [name, events] as const),
  );
  const silent = 'Whether a witness does not cosign (1): the server’s log says why.';
  metrics.gauge('sijill_transparency_witness_silent', silent, 'witness', () =>
    (watched.transparency?.witnesses ?? []).map(({ name, fault }) => [name, Number(fault !== undefined)] as const),
  );
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
    if (transparency === undefined) return { up: true, details: { state: 'none is kept: LOG_MONGODB_URI is not set' } };
    const { state, size, halt, holder, witnesses, witnessed } = transparency;
    return {
      up: true,
      details: {
        state,
        signed: size,
        ...(halt !== undefined && { halt }),
        ...(holder !== undefined && { process: holder }),
        ...(witnesses !== undefined && { witnessed: witnessed ?? 0, witnesses: witnesses.map(told).join('; ') }),
      },
    };
  },
});

const told = ({ name, cosigned, fault }: WitnessStatus): string =>
  fault === undefined ? `${name} cosigned ${cosigned}` : `${name} ${fault}, cosigned ${cosigned}`;
