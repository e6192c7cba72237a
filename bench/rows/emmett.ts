import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compare } from '../measure.js';
import type { Rows } from '../row.js';
import { runScript } from '../runs/run.js';
import { recording } from './ledger.js';

/** The peers are no part of the build: they stay where they are installed. */
const PEERS = fileURLToPath(new URL('../../../bench/peers/', import.meta.url));

/** Durable commands in a second against the SQLite store of another event-sourcing library. */
export const emmett: Rows = {
  names: ['emmett'],
  async measure(bench) {
    if (bench.onServers) return [{ kind: 'skipped', row: 'emmett', why: 'it is compared with embedded stores' }];
    if (bench.quick) return [{ kind: 'skipped', row: 'emmett', why: 'peers are left out under --quick' }];
    if (!existsSync(`${PEERS}node_modules/@event-driven-io/emmett-sqlite`)) {
      return [{ kind: 'skipped', row: 'emmett', why: 'not installed: npm ci --prefix bench/peers' }];
    }
    const subject = recording(bench);
    const result = await compare({
      row: 'emmett',
      unit: 'commands/s',
      rounds: 5,
      target: { atLeast: 3 },
      subject,
      peer: {
        name: 'Emmett’s SQLite store: appends, one connection',
        async run() {
          const given = JSON.stringify({ ...subject.last(), folder: bench.folder(), seconds: 5 });
          const { perSecond } = JSON.parse(await runScript(`${PEERS}emmett`, [given])) as { perSecond: number };
          return perSecond;
        },
      },
    });
    return [result];
  },
};
