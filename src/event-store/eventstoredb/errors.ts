import { ErrorType } from '@eventstore/db-client';
import { InvalidEvent, OutcomeUnknown, StoreUnavailable, UnusableLog } from '../event-store.js';
import { EventsMayVanish } from './faults.js';

/** gRPC's own codes: the client hands some errors on as they came, with a code and no type. */
const CODE = { invalidArgument: 3, permissionDenied: 7, resourceExhausted: 8, unauthenticated: 16 } as const;

/**
 * What became of an append that failed, and not by a wrong revision. Whatever does not say that nothing was written
 * may have written it: time-outs, cancellations, broken connections, a node that no longer leads, and the unknown.
 */
export function appendFailure(error: unknown): Error {
  if (error instanceof OutcomeUnknown) return error;
  const { type, code } = shapeOf(error);
  switch (type) {
    case ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED:
      return new InvalidEvent(`EventStoreDB finds the append too large: ${text(error)}`, { cause: error });
    case ErrorType.ACCESS_DENIED:
      return accessDenied(error);
    case ErrorType.STREAM_DELETED:
      return new EventsMayVanish(`${text(error)}: a ledger's stream is never deleted`, { cause: error });
  }
  switch (code) {
    case CODE.invalidArgument:
    case CODE.resourceExhausted:
      return new InvalidEvent(`EventStoreDB finds the append too large: ${text(error)}`, { cause: error });
    case CODE.permissionDenied:
    case CODE.unauthenticated:
      return accessDenied(error);
    default:
      return new OutcomeUnknown(`EventStoreDB gave no answer: ${text(error)}`, { cause: error });
  }
}

/** Why nothing could be read. */
export function readFailure(error: unknown): Error {
  if (error instanceof UnusableLog) return error;
  const { type, code } = shapeOf(error);
  if (type === ErrorType.ACCESS_DENIED || code === CODE.permissionDenied || code === CODE.unauthenticated) {
    return accessDenied(error);
  }
  if (type === ErrorType.STREAM_DELETED) {
    return new EventsMayVanish(`${text(error)}: a ledger's stream is never deleted`, { cause: error });
  }
  if (code === CODE.invalidArgument) return new RangeError(`EventStoreDB: ${text(error)}`, { cause: error });
  return new StoreUnavailable(`EventStoreDB cannot be read: ${text(error)}`, { cause: error });
}

const accessDenied = (cause: unknown): StoreUnavailable =>
  new StoreUnavailable(
    'EventStoreDB denies access: the user in EVENT_STORE_URL must be one that may read $all and append',
    { cause },
  );

const shapeOf = (error: unknown): { readonly type?: unknown; readonly code?: unknown } =>
  typeof error === 'object' && error !== null ? error : {};

const text = (error: unknown): string =>
  error instanceof Error && error.message !== '' ? error.message : String(error);
