/** The committing thread: one transaction for each group of appends. Loaded by Node itself, hence plain JavaScript. */
import { BroadcastChannel, parentPort, workerData } from 'node:worker_threads';
import { Committer } from './committer.js';
import { bellOf } from './schema.js';

if (parentPort === null) throw new Error('the committing thread is started by writer.js');
const port = parentPort;

const committer = new Committer(workerData.path);
const bell = new BroadcastChannel(bellOf(workerData.path));

port.on('message', (/** @type {import('./committer.js').Group | 'close'} */ group) => {
  if (group === 'close') {
    committer.close();
    bell.close();
    port.close();
    return;
  }
  const answer = committer.commit(group);
  port.postMessage(answer);
  if (!('failed' in answer)) bell.postMessage(null);
});
port.postMessage('ready');
