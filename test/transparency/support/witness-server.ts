import { createHash, createPrivateKey, createPublicKey, hash, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkpointOf, type Checkpoint } from '../../../src/verify/checkpoint.js';
import { bytesOf, countOf, NotProved, prove } from '../../../src/verify/fault.js';
import { proveConsistency } from '../../../src/verify/merkle.js';
import { keyOf, parseNote, signedBy } from '../../../src/verify/note.js';

type Answer = readonly [status: number, body: string, headers?: Record<string, string>];
/** Answers in its place; undefined: it answers itself. It may also end the response by itself. */
export type Misbehaviour = (
  body: string,
  response: ServerResponse,
  honest: () => Answer,
) => Answer | 'answered' | undefined;

/**
 * A witness as C2SP tlog-witness says it must be, over HTTP, built on the verifier and on nothing of the log's own code. It
 * keeps what it cosigned last of each log that it was told of.
 */
export class WitnessServer {
  readonly vkey: string;
  readonly #key;
  readonly #id: Buffer;
  readonly #logs = new Map<string, { readonly vkey: string; last?: Checkpoint }>();
  readonly #waiting = new Set<ServerResponse>();
  #server: Server | undefined;
  #port = 0;
  /** The bodies that it was asked with. */
  readonly asked: string[] = [];
  misbehave: Misbehaviour | undefined;

  constructor(readonly name: string) {
    const seed = createHash('sha256').update(`witness ${name}`).digest();
    const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
    this.#key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const raw = createPublicKey(this.#key).export({ format: 'der', type: 'spki' }).subarray(-32);
    const material = Buffer.concat([Buffer.of(4), raw]);
    this.#id = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), material]), 'buffer').subarray(0, 4);
    this.vkey = `${name}+${this.#id.toString('hex')}+${material.toString('base64')}`;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/w`;
  }

  /** Its line of a policy. */
  get line(): string {
    return `witness ${this.name} ${this.vkey} ${this.url}`;
  }

  /** @param vkey its name is the origin */
  know(vkey: string): void {
    this.#logs.set(keyOf(vkey).name, { vkey });
  }

  sizeOf(origin: string): number {
    return this.#logs.get(origin)?.last?.size ?? 0;
  }

  /** On the same port as before, where there was one. */
  async start(): Promise<this> {
    const server = (this.#server = createServer((request, response) => void this.#serve(request, response)));
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    return this;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  /** For misbehaviour: the request stays without an answer. */
  leave(response: ServerResponse): 'answered' {
    this.#waiting.add(response);
    return 'answered';
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const isOurs = request.method === 'POST' && request.url === '/w/add-checkpoint';
    if (isOurs) this.asked.push(body);
    const honest = (): Answer => (isOurs ? this.#addCheckpoint(body) : [404, 'no such path\n']);
    const answer = this.misbehave?.(body, response, honest) ?? honest();
    if (answer === 'answered') return;
    const [status, text, headers = { 'content-type': 'text/plain' }] = answer;
    response.writeHead(status, headers).end(text);
  }

  #addCheckpoint(body: string): Answer {
    const end = body.indexOf('\n\n');
    const [first = '', ...hashes] = body.slice(0, end).split('\n');
    let parsed;
    try {
      prove(end > 0 && first.startsWith('old ') && hashes.length <= 63, 'no old size, or too long a proof');
      const note = parseNote(body.slice(end + 2));
      const proof = hashes.map((each) => bytesOf(each, 'a hash', 32));
      parsed = { note, proof, old: countOf(first.slice(4), 'the old size'), checkpoint: checkpointOf(note) };
    } catch (error) {
      return [400, `${(error as Error).message}\n`];
    }
    const { note, proof, old, checkpoint } = parsed;
    const log = this.#logs.get(checkpoint.origin);
    if (log === undefined) return [404, 'unknown log\n'];
    try {
      prove(signedBy(note, keyOf(log.vkey)) !== undefined, 'not signed by a key of this log');
    } catch (error) {
      return [403, `${(error as Error).message}\n`];
    }
    if (old > checkpoint.size) return [400, 'the old size is larger\n'];
    const last = log.last ?? { origin: checkpoint.origin, size: 0, root: hash('sha256', '', 'buffer') };
    if (old !== last.size) return [409, `${last.size}\n`, { 'content-type': 'text/x.tlog.size' }];
    try {
      proveConsistency(last, checkpoint, proof);
    } catch (error) {
      if (!(error instanceof NotProved)) throw error;
      return [422, `${error.message}\n`];
    }
    log.last = checkpoint;
    return [200, this.cosign(note.text)];
  }

  /** A signature line over a checkpoint's text. */
  cosign(text: string, at = BigInt(Math.floor(Date.now() / 1000))): string {
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(at);
    const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${at}\n${text}`), this.#key);
    return `— ${this.name} ${Buffer.concat([this.#id, time, signature]).toString('base64')}\n`;
  }
}
