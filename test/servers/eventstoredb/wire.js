/** Between the log and the client's own messages: the classes are the client's, nothing of them is copied. */
import shared from '@eventstore/db-client/generated/shared_pb.js';
import status from '@eventstore/db-client/generated/status_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { Metadata, status as code } from '@grpc/grpc-js';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';

/** Bytes of data that one append may hold. */
export const MAX_APPEND_BYTES = 1_048_576;

/** @typedef {import('./log.js').Expected} Expected */
/** @typedef {{ code: number, details: string, metadata: Metadata }} GrpcError */

/**
 * @param {number} code
 * @param {string} details
 * @param {Record<string, string>} [trailers]
 * @returns {GrpcError}
 */
export const grpcError = (code, details, trailers = {}) => {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
  return { code, details, metadata };
};

export const errors = {
  timeout: () => grpcError(code.ABORTED, 'Operation timed out: Commit phase timeout.'),
  notReady: () => grpcError(code.UNAVAILABLE, 'Server Is Not Ready'),
  tooLarge: () =>
    grpcError(code.INVALID_ARGUMENT, `Maximum Append Size of ${MAX_APPEND_BYTES} Exceeded.`, {
      exception: 'maximum-append-size-exceeded',
      'maximum-append-size': String(MAX_APPEND_BYTES),
    }),
  invalidPosition: () => grpcError(code.INVALID_ARGUMENT, 'Trying to read from an invalid position.'),
  thrown: () => grpcError(code.UNKNOWN, 'Exception was thrown by handler.'),
  stopping: () => grpcError(code.INTERNAL, 'Error starting gRPC call: the server is shutting down.'),
  notLeader: (/** @type {number} */ port) =>
    grpcError(code.NOT_FOUND, 'Leader info available', {
      exception: 'not-leader',
      'leader-endpoint-host': '127.0.0.1',
      'leader-endpoint-port': String(port),
    }),
};

/** @param {import('@eventstore/db-client/generated/shared_pb.js').StreamIdentifier | undefined} identifier */
export const nameOf = (identifier) => Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');

/**
 * @param {import('@eventstore/db-client/generated/streams_pb.js').AppendReq.ProposedMessage
 *   | import('@eventstore/db-client/generated/streams_pb.js').BatchAppendReq.ProposedMessage} message
 * @returns {import('./records.js').NewRecord}
 */
export function recordOf(message) {
  const fields = message.getMetadataMap();
  return {
    id: message.getId()?.getString() ?? '',
    type: String(fields.get('type') ?? ''),
    json: fields.get('content-type') === 'application/json',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

/** @param {import('@eventstore/db-client/generated/streams_pb.js').AppendReq.Options} options @returns {Expected} */
export function expectedOf(options) {
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasStreamExists()) return 'stream_exists';
  return options.hasAny() ? 'any' : BigInt(options.getRevision());
}

/** @param {import('@eventstore/db-client/generated/streams_pb.js').BatchAppendReq.Options} options @returns {Expected} */
export function batchExpectedOf(options) {
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasStreamExists()) return 'stream_exists';
  return options.hasAny() ? 'any' : BigInt(options.getStreamPosition());
}

/** @param {bigint} revision @param {bigint} position */
export function written(revision, position) {
  const success = new streams.AppendResp.Success();
  success.setCurrentRevision(String(revision));
  const at = new streams.AppendResp.Position();
  at.setCommitPosition(String(position));
  at.setPreparePosition(String(position));
  success.setPosition(at);
  return new streams.AppendResp().setSuccess(success);
}

/** @param {Expected} expected @param {bigint} current */
export function wrongVersion(expected, current) {
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (current < 0n) wrong.setCurrentNoStream(new shared.Empty());
  else wrong.setCurrentRevision(String(current));
  if (expected === 'any') wrong.setExpectedAny(new shared.Empty());
  else if (expected === 'stream_exists') wrong.setExpectedStreamExists(new shared.Empty());
  else if (expected === 'no_stream') wrong.setExpectedNoStream(new shared.Empty());
  else wrong.setExpectedRevision(String(expected));
  return new streams.AppendResp().setWrongExpectedVersion(wrong);
}

/** @param {bigint} revision @param {bigint} position */
export function batchWritten(revision, position) {
  const success = new streams.BatchAppendResp.Success();
  success.setCurrentRevision(String(revision));
  const at = new shared.AllStreamPosition();
  at.setCommitPosition(String(position));
  at.setPreparePosition(String(position));
  success.setPosition(at);
  return new streams.BatchAppendResp().setSuccess(success);
}

/** @param {Expected} expected @param {bigint} current */
export function batchWrongVersion(expected, current) {
  const wrong = new shared.WrongExpectedVersion();
  if (current < 0n) wrong.setCurrentNoStream(new empty.Empty());
  else wrong.setCurrentStreamRevision(String(current));
  if (expected === 'any') wrong.setExpectedAny(new empty.Empty());
  else if (expected === 'stream_exists') wrong.setExpectedStreamExists(new empty.Empty());
  else if (expected === 'no_stream') wrong.setExpectedNoStream(new empty.Empty());
  else wrong.setExpectedStreamPosition(String(expected));
  return batchError(wrong, 'WrongExpectedVersion');
}

export const batchTimeout = () => batchError(new shared.Timeout(), 'Timeout');
export const batchThrown = () => batchError(new shared.Unknown(), 'Unknown');
export const batchTooLarge = () =>
  batchError(new shared.MaximumAppendSizeExceeded().setMaxappendsize(MAX_APPEND_BYTES), 'MaximumAppendSizeExceeded');

/** @param {{ serializeBinary(): Uint8Array }} details @param {string} type */
function batchError(details, type) {
  const packed = new any.Any();
  packed.pack(details.serializeBinary(), `event_store.client.${type}`);
  return new streams.BatchAppendResp().setError(new status.Status().setMessage(type).setDetails(packed));
}

/** @param {import('./records.js').StoredRecord} record */
export function eventOf(record) {
  const event = new streams.ReadResp.ReadEvent.RecordedEvent();
  event.setId(new shared.UUID().setString(record.id));
  event.setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(record.stream, 'utf8')));
  event.setStreamRevision(String(record.revision));
  event.setCommitPosition(String(record.position));
  event.setPreparePosition(String(record.position));
  const fields = event.getMetadataMap();
  fields.set('type', record.type);
  fields.set('created', record.created);
  fields.set('content-type', record.json ? 'application/json' : 'application/octet-stream');
  event.setData(record.data);
  event.setCustomMetadata(record.metadata);
  const read = new streams.ReadResp.ReadEvent().setEvent(event).setCommitPosition(String(record.position));
  return new streams.ReadResp().setEvent(read);
}

/** @param {string} id */
export const confirmation = (id) =>
  new streams.ReadResp().setConfirmation(new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(id));

export const caughtUp = () => new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp());

/** @param {{ commit: bigint, prepare: bigint }} position */
export function checkpoint({ commit, prepare }) {
  const reached = new streams.ReadResp.Checkpoint();
  reached.setCommitPosition(String(BigInt.asUintN(64, commit)));
  reached.setPreparePosition(String(BigInt.asUintN(64, prepare)));
  return new streams.ReadResp().setCheckpoint(reached);
}

/** @param {string} stream */
export function streamNotFound(stream) {
  const missing = new streams.ReadResp.StreamNotFound();
  missing.setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(stream, 'utf8')));
  return new streams.ReadResp().setStreamNotFound(missing);
}
