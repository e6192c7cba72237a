import { request, type ClientRequest, type IncomingMessage } from 'node:http';

/** One event as a browser's EventSource would hand it over. */
export interface Heard {
  readonly id: string;
  readonly type: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- what a client sees: the tests say what they expect of it
  readonly data: any;
}

/** A reader of Server-Sent Events on a socket of its own, as the standard has it: nothing is answered by a mock. */
export class Listener {
  readonly heard: Heard[] = [];
  /** Comments, such as heartbeats. */
  readonly comments: string[] = [];
  status = 0;
  headers: IncomingMessage['headers'] = {};
  /** Of an answer that is no stream. */
  body = '';
  ended: 'end' | 'cut' | undefined;
  #request: ClientRequest;
  #response: IncomingMessage | undefined;
  #rest = '';
  #changed: () => void = () => undefined;

  private constructor(url: string, token: string, last: string | undefined, more: Record<string, string>) {
    const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream', ...more };
    if (last !== undefined) Object.assign(headers, { 'last-event-id': last });
    this.#request = request(url, { agent: false, headers });
  }

  /** Resolves when the answer has begun. */
  static async open(
    url: string,
    token: string,
    { last, headers = {} }: { last?: string | undefined; headers?: Record<string, string> } = {},
  ): Promise<Listener> {
    const listener = new Listener(url, token, last, headers);
    await new Promise<void>((resolve, reject) => {
      listener.#request.once('error', reject);
      listener.#request.once('response', (response) => {
        listener.#take(response);
        resolve();
      });
      listener.#request.end();
    });
    return listener;
  }

  get lastId(): string | undefined {
    return this.heard.at(-1)?.id;
  }

  /** Resolves when it holds, at once or later; the test's own time is the limit. */
  async until(holds: (listener: this) => boolean): Promise<this> {
    while (!holds(this)) await new Promise<void>((resolve) => (this.#changed = resolve));
    return this;
  }

  /** Takes nothing more from the socket. */
  pause(): void {
    this.#response?.pause();
  }

  resume(): void {
    this.#response?.resume();
  }

  close(): void {
    this.#request.destroy();
  }

  #take(response: IncomingMessage): void {
    this.#response = response;
    this.status = response.statusCode ?? 0;
    this.headers = response.headers;
    const isStream = this.headers['content-type'] === 'text/event-stream';
    response.setEncoding('utf8').on('data', (text: string) => {
      if (isStream) this.#read(text);
      else this.body += text;
      this.#changed();
    });
    const over = (how: 'end' | 'cut') => () => {
      this.ended ??= how;
      this.#changed();
    };
    response.once('end', over('end')).once('error', over('cut')).once('close', over('cut'));
    this.#request.on('error', over('cut'));
  }

  /** What is not whole yet is not heard: the standard discards it when the connection ends. */
  #read(text: string): void {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() as string;
    for (const block of blocks) {
      const lines = block.split('\n').map((line) => /^([^:]*):? ?(.*)$/.exec(line) as RegExpExecArray);
      const field = (name: string) => lines.find((line) => line[1] === name)?.[2];
      this.comments.push(...lines.filter((line) => line[1] === '').map((line) => line[2] as string));
      const data = field('data');
      if (data !== undefined) {
        this.heard.push({ id: field('id') ?? '', type: field('event') ?? 'message', data: JSON.parse(data) });
      }
    }
  }
}
