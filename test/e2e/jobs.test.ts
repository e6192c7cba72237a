import { seesJobs } from './jobs.js';
import { Server } from './server.js';

test('embedded: listed, measured, and the same after a restart', async () => {
  const server = new Server();
  try {
    await server.start();
    await seesJobs(server);
    expect(await server.stop('SIGTERM')).toBe(0);
    await server.start();
    await seesJobs(server);
  } finally {
    await server.dispose();
  }
});
