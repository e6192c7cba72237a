import { PACE } from '../../src/leases/mongo/mongo-leases.js';
import { compare, type Result } from '../measure.js';
import type { Rows } from '../row.js';
import { Server } from '../server.js';

/** How long a model stands still when the process that folds it is killed. */
export const lease: Rows = {
  names: ['lease'],
  async measure(bench): Promise<Result[]> {
    if (!bench.onServers) {
      return [{ kind: 'skipped', row: 'lease', why: 'embedded stores have one process: measure with --servers' }];
    }
    const site = await bench.site();
    const env = { ...site.env, SIJILL_VAULT: site.folder };
    const first = await Server.sijill({ ...site, env });
    const servers = [first, await Server.sijill({ folder: bench.folder(), env })];
    try {
      const result = await compare({
        row: 'lease',
        unit: 'ms',
        rounds: bench.quick ? 1 : 5,
        target: { atMost: 2 },
        subject: {
          name: 'until another process folds after a kill -9',
          async run() {
            const folding = await Promise.all(servers.map((server) => server.folds()));
            const killed = folding.indexOf(true);
            const other = servers[1 - killed];
            if (killed === -1 || other === undefined) throw new Error('nobody folds, or both do');
            await servers[killed]!.stop('SIGKILL');
            const began = performance.now();
            while (!(await other.folds()));
            const milliseconds = performance.now() - began;
            servers[killed] = await Server.sijill({ folder: bench.folder(), env });
            return milliseconds;
          },
        },
        peer: { name: 'what a lease lasts without its holder', run: async () => PACE.lifetimeMs },
      });
      return [result];
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
  },
};
