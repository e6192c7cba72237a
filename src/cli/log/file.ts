import type { LedgerId } from '../../kernel/ids.js';
import { DamagedLog, firstDigest, nextDigest, readHeader, readLine, type Line } from '../../event-store/log-format.js';
import { linesOf } from './lines.js';

/** An event of the file: its canonical text, and where it stands. */
export interface FiledEvent {
  readonly text: string;
  readonly sequence: number;
  /** Of the file, from 1. */
  readonly line: number;
}

/** What a whole file is. */
export interface Summary {
  readonly ledger: LedgerId;
  readonly events: number;
  /** Of the last event: stands for the whole log. */
  readonly digest: string;
}

/**
 * Reads an exported log from its first line to its last; what every line says of the ones before it is checked on the
 * way. Before the end of the file nobody knows that it is whole.
 */
export class LogFile {
  #ledger: LedgerId | undefined;
  #summary: Summary | undefined;

  constructor(
    readonly path: string,
    private readonly onBytes: (count: number) => void = () => undefined,
  ) {}

  /** Once the first line was read. */
  get ledger(): LedgerId {
    if (this.#ledger === undefined) throw new Error('the first line was not read yet');
    return this.#ledger;
  }

  /** Once all events were read. */
  get summary(): Summary {
    if (this.#summary === undefined) throw new Error('the file was not read to its end');
    return this.#summary;
  }

  /** @throws DamagedLog */
  async *events(): AsyncGenerator<FiledEvent, void> {
    const lines = linesOf(this.path, this.onBytes);
    try {
      this.#ledger = readHeader((await lines.next()).value as string | undefined);
      let digest = firstDigest(this.#ledger);
      let sequence = 0;
      for await (const text of lines) {
        const number = sequence + 2;
        const line = readLine(text);
        if (line === undefined) throw new DamagedLog(`line ${number} is damaged: no export writes such a line`);
        if (line.kind === 'closing') {
          this.#summary = await closed(this.#ledger, digest, sequence, line, lines);
          return;
        }
        digest = nextDigest(digest, line.event);
        if (line.digest !== digest || line.sequence !== sequence) throw await faultOf(line, sequence, digest, lines);
        yield { text: line.event, sequence, line: number };
        sequence++;
      }
      throw new DamagedLog(`the file is cut off: after ${counted(sequence)} the line that closes it is missing`);
    } finally {
      await lines.return();
    }
  }
}

async function closed(
  ledger: LedgerId,
  digest: string,
  events: number,
  line: Extract<Line, { kind: 'closing' }>,
  rest: AsyncGenerator<string, void>,
): Promise<Summary> {
  if (line.events !== events) {
    throw new DamagedLog(`its last line says ${counted(line.events)}, but there are ${events}: lines are missing`);
  }
  if (line.digest !== digest) throw new DamagedLog('its last line is damaged: it does not have the digest of the log');
  if ((await rest.next()).done !== true) throw new DamagedLog('something follows behind the line that closes it');
  return { ledger, events, digest };
}

/** What happened to a line that does not follow from those before it. */
async function faultOf(
  line: Extract<Line, { kind: 'event' }>,
  expected: number,
  digest: string,
  rest: AsyncGenerator<string, void>,
): Promise<DamagedLog> {
  const number = expected + 2;
  const { sequence } = line;
  if (sequence === expected || line.digest === digest) {
    return new DamagedLog(`line ${number}, event ${expected}, is not as it was exported: its digest does not fit`);
  }
  if (sequence < expected) return new DamagedLog(`line ${number} has event ${sequence} once more: lines are doubled`);
  let at = number;
  for await (const text of rest) {
    at++;
    const later = readLine(text);
    if (later?.kind === 'event' && later.sequence === expected) {
      return new DamagedLog(
        `lines are out of order: line ${number} has event ${sequence}, and event ${expected} comes in line ${at}`,
      );
    }
  }
  return new DamagedLog(`lines are missing: line ${number} has event ${sequence} where event ${expected} belongs`);
}

const counted = (events: number): string => `${events} event${events === 1 ? '' : 's'}`;
