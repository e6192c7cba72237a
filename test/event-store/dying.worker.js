/** A committing thread that comes to grief: `workerData.path` says how. */
import { parentPort, workerData } from 'node:worker_threads';

if (workerData.path === 'throws at once') throw new Error('no disk');
if (workerData.path === 'ends at once') process.exit(3);
parentPort?.on('message', () => {
  if (workerData.path === 'throws') throw new Error('out of luck');
  if (workerData.path === 'ends') process.exit(4);
  // 'hangs': answers nothing, for a while.
  setTimeout(() => process.exit(5), 500);
});
parentPort?.postMessage('ready');
