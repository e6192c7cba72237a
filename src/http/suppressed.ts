import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Logger } from 'pino';
import { LOGGER } from './logger.js';
import { Metrics } from './metrics.js';
import { HTTP_PORTS, type HttpPorts } from './ports.js';
import { Quotas } from './quotas.js';

const HOUR_MS = 3_600_000;

/** Hands over, each hour and at the end, how many attempts were answered 429 instead of being recorded. */
@Injectable()
export class SuppressedReporter implements OnModuleInit, BeforeApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(HTTP_PORTS) private readonly ports: HttpPorts,
    @Inject(Quotas) private readonly quotas: Quotas,
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.#timer = setInterval(() => void this.report(), HOUR_MS);
    this.#timer.unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.report();
  }

  async report(): Promise<void> {
    const report = this.quotas.takeSuppressed();
    if (report === undefined) return;
    const count = report.counts.reduce((sum, one) => sum + one.count, 0);
    this.metrics.suppressed(count);
    try {
      await this.ports.recordSuppressed(report);
    } catch (error) {
      this.logger.error({ err: error, count }, 'the suppressed attempts could not be recorded');
    }
  }
}
