import type { OutgoingHttpHeaders } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Exchange } from '../exchange.js';
import { LOGGER } from '../logger.js';
import { Problem } from '../problems/problem.js';

/** Written at once by a process: each reads the whole log beside the requests. */
const MOST = 4;
const RETRY_SECONDS = '10';

/** Answers as long as the log, written as fast as they are taken and never held here. */
@Injectable()
export class Exports {
  #open = 0;

  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  /**
   * A reader who leaves, or takes nothing for a minute, ends the reading of the log, too.
   * @param text begun when it is first asked for
   * @throws Problem `EXPORTS_TAKEN`
   */
  async write({ reply }: Exchange, text: AsyncIterable<string>): Promise<void> {
    if (this.#open >= MOST) throw new Problem('EXPORTS_TAKEN', { headers: { 'retry-after': RETRY_SECONDS } });
    this.#open++;
    const { raw } = reply;
    try {
      reply.hijack();
      raw.writeHead(200, reply.getHeaders() as OutgoingHttpHeaders);
      await pipeline(text, raw);
    } catch (error) {
      // The answer has begun, and is cut off: it has neither its last chunk nor a trailer.
      if (!isGone(error)) this.logger.error({ err: error }, 'an export could not be written to its end');
    } finally {
      this.#open--;
    }
  }
}

const isGone = (error: unknown): boolean =>
  ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'].includes(String((error as NodeJS.ErrnoException).code));
