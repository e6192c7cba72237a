import { EmbeddedLeases } from '../../src/leases/embedded-leases.js';
import { leasesContract } from '../contract/leases.contract.js';

leasesContract('a process that owns its stores', async () => {
  const leases = new EmbeddedLeases();
  return { open: async () => leases, dispose: () => leases.close() };
});
