import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger } from 'pino';
import type { LogLevel } from '../config/variables.js';

export const LOGGER = Symbol('Logger');

/** JSON lines, by default on standard output. Callers pass ids and codes, never tokens, bodies or personal data. */
export const createLogger = (level: LogLevel, destination?: DestinationStream): Logger =>
  pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, redact: ['token', 'authorization', 'body'] },
    destination,
  );

/** Nest's own messages through the same logger. What Nest tells at start is detail: it is logged as `debug`. */
export const nestLogger = (logger: Logger): LoggerService => ({
  log: (message: unknown, context?: string) => logger.debug({ context }, String(message)),
  debug: (message: unknown, context?: string) => logger.debug({ context }, String(message)),
  verbose: (message: unknown, context?: string) => logger.trace({ context }, String(message)),
  warn: (message: unknown, context?: string) => logger.warn({ context }, String(message)),
  error: (message: unknown, ...more: unknown[]) =>
    logger.error({ ...(message instanceof Error && { err: message }), context: more.at(-1) }, String(message)),
  fatal: (message: unknown, context?: string) => logger.fatal({ context }, String(message)),
});
