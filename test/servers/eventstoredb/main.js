/**
 * A stand-in for EventStoreDB, as a process of its own: `node main.js --file FILE [--port PORT]`. It speaks the client's
 * own gRPC contract on real sockets, and behaves as a real server was measured to (24.6, insecure, one node). It says
 * where it listens in one line of JSON: `{"port", "leader", "control"}`.
 */
import { createServer } from 'node:net';
import { parseArgs } from 'node:util';
import features from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import featuresPb from '@eventstore/db-client/generated/serverfeatures_pb.js';
import streams from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { appendHandler, batchAppendHandler } from './appending.js';
import { Faults, listenForFaults } from './faults.js';
import { Log } from './log.js';
import { readHandler } from './reading.js';

const { values } = parseArgs({ options: { file: { type: 'string' }, port: { type: 'string', default: '0' } } });
if (values.file === undefined) throw new Error('--file is missing');

const log = new Log(values.file);
const faults = new Faults();
/** How to fail each call that is open. @type {Set<() => void>} */
const open = new Set();
/** Where the node listens that leads: named by the fault `not-leader`, it has the same log. */
let leader = 0;

/** @param {number} port */
async function listen(port) {
  // What the real server's HTTP stack allows.
  const server = new Server({ 'grpc.max_concurrent_streams': 100, 'grpc.max_receive_message_length': 16 * 2 ** 20 });
  server.addService(streams.StreamsService, {
    append: appendHandler(log, faults, open, () => leader),
    batchAppend: batchAppendHandler(log, faults),
    read: readHandler(log, faults, open),
  });
  server.addService(features.ServerFeaturesService, { getSupportedMethods: supportedMethods });
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const listener = createServer((socket) => {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    faults.connections.set(peer, socket);
    socket.on('close', () => faults.connections.delete(peer));
    injector.injectConnection(socket);
  });
  await /** @type {Promise<void>} */ (new Promise((resolve) => listener.listen(port, '127.0.0.1', resolve)));
  return /** @type {import('node:net').AddressInfo} */ (listener.address()).port;
}

/** @type {import('@grpc/grpc-js').handleUnaryCall<unknown, unknown>} */
function supportedMethods(_, answer) {
  const batch = new featuresPb.SupportedMethod();
  batch.setMethodName('batchappend').setServiceName('event_store.client.streams.streams');
  answer(null, new featuresPb.SupportedMethods().setEventStoreServerVersion('24.6.0').setMethodsList([batch]));
}

const port = await listen(Number(values.port));
leader = await listen(0);
const control = /** @type {import('node:net').AddressInfo} */ (
  (await listenForFaults(faults, (file) => log.restart(file))).address()
).port;
process.stdout.write(`${JSON.stringify({ port, leader, control })}\n`);
process.on('SIGTERM', () => {
  // As measured: whoever waits is told "internal", whatever became of the append.
  for (const fail of open) fail();
  setTimeout(() => {
    log.close();
    process.exit(0);
  }, 20);
});
