import 'reflect-metadata';
import { resolve } from 'node:path';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { serveCommands, tariffOf } from './commands.module.js';
import type { Configuration } from './config/configuration.js';
import { helpersGiveWay } from './helper-threads.js';
import { createLogger, nestLogger } from './http/logger.js';
import { Metrics } from './http/metrics.js';
import { configureApp, createHttpAdapter } from './http/server.js';
import { openInstance } from './instance.js';

/** Starts the server; it stops on SIGTERM or SIGINT after what runs is finished. */
export async function serve(configuration: Configuration): Promise<void> {
  helpersGiveWay();
  process.umask(0o077); // what the ledger writes is its owner's alone, whoever made the directory
  const logger = createLogger(configuration.logLevel);
  const metrics = new Metrics();
  tariffOf(configuration); // a ledger is not opened, nor begun, under one that cannot be used
  const instance = await openInstance(configuration, logger, {
    onOutcome: metrics.outcome,
    asked: () => metrics.asked,
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    await AppModule.register(configuration, instance, logger, metrics),
    createHttpAdapter(configuration, logger, metrics),
    { logger: nestLogger(logger) },
  );
  configureApp(app);

  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    logger.info(`${signal}: finishing what runs`);
    await app.close();
    await instance.close();
    logger.info('stopped');
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      stop(signal).catch((error: unknown) => {
        logger.fatal({ err: error }, 'the server did not stop cleanly');
        process.exit(1);
      });
    });
  }

  const { host, port, data, oidc } = configuration;
  await app.init();
  // Not before: the bus has no handlers yet, and a policy that starts with work to do would be told so, and stop at it.
  serveCommands(instance, app);
  // Not Nest's own `listen`: it would log a failure a second time, with less to go by.
  const url = await app.getHttpAdapter().getInstance().listen({ host, port });
  logger.info(`Sijill answers on ${url}; its API is described at ${url}/docs; its data is in ${resolve(data)}`);
  if (oidc === undefined) logger.info('no OIDC_ISSUER: POST /dev/token gives anyone on this machine any token');
}
