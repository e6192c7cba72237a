import { Problem } from '../problems/problem.js';

/** The media type of Server-Sent Events (WHATWG HTML, section 9.2). */
export const EVENT_STREAM = 'text/event-stream';

/** Whether a reader asks for a stream: it names the type itself, a wildcard does not. */
export const wantsStream = (accept: string | undefined): boolean =>
  accept !== undefined && /(^|,)\s*text\/event-stream\s*(;(?!\s*q=0(\.0*)?\s*(,|$))[^,]*)?(,|$)/i.test(accept);

/** The id of the last event that the reader has; a reader that has none may leave it empty. @throws Problem */
export function lastEventId(header: string | readonly string[] | undefined): bigint | undefined {
  if (header === undefined || header === '') return undefined;
  if (typeof header !== 'string' || !/^(0|[1-9]\d{0,15})$/.test(header)) throw new Problem('LAST_EVENT_ID_INVALID');
  return BigInt(header);
}
