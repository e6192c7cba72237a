import { connect, type Socket } from 'node:net';

/** The head and body of a request, as they go over the wire. */
export type RequestText = string;

const HEAD_END = '\r\n\r\n';
const BUFFER_BYTES = 64 * 1024;

/**
 * A kept connection with one request on its way at a time: no stream, no parser beyond status and length, so that
 * asking costs a fraction of answering.
 */
export class Connection {
  readonly #socket: Socket;
  /** Of a head that has not come whole. */
  #held = '';
  /** Bytes of the body that are still to come. */
  #rest = 0;
  #status = 0;

  /**
   * @param next what to ask once connected and after each answer; undefined: nothing, until `ask` is called
   * @param failed told why the connection is of no use any more
   */
  constructor(
    { hostname, port }: URL,
    private readonly next: (status: number | undefined) => RequestText | undefined,
    private readonly failed: (error: Error) => void,
  ) {
    const onread = { buffer: Buffer.allocUnsafe(BUFFER_BYTES), callback: this.#take };
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true, onread });
    this.#socket.once('connect', () => this.ask());
    this.#socket.once('error', failed);
    this.#socket.once('end', () => failed(new Error('the server closed a connection')));
  }

  /** To be called while nothing is on its way. */
  ask(): void {
    this.#goOn(undefined);
  }

  close(): void {
    this.#socket.destroy();
  }

  #goOn(status: number | undefined): void {
    const text = this.next(status);
    if (text !== undefined) this.#socket.write(text, 'latin1');
  }

  readonly #take = (size: number, bytes: Uint8Array): boolean => {
    if (this.#rest > 0) {
      this.#rest -= size;
    } else {
      const text = this.#held + (bytes as Buffer).toString('latin1', 0, size);
      const end = text.indexOf(HEAD_END);
      if (end === -1) {
        this.#held = text;
        return true;
      }
      this.#held = '';
      this.#status = Number(text.slice(9, 12));
      const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end));
      if (length === null) {
        this.failed(new Error(`an answer does not say its length: ${text.slice(0, end)}`));
        return false;
      }
      this.#rest = Number(length[1]) - (text.length - end - HEAD_END.length);
    }
    if (this.#rest < 0) this.failed(new Error('an answer is longer than it says'));
    else if (this.#rest === 0) this.#goOn(this.#status);
    return true;
  };
}
