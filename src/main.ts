import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule, serveCommands } from './app.module.js';
import { configurationHelp, ConfigurationError, readConfiguration } from './config/configuration.js';
import { createLogger, nestLogger } from './http/logger.js';
import { Metrics } from './http/metrics.js';
import { configureApp, createHttpAdapter } from './http/server.js';
import { openInstance } from './instance.js';

/** Starts the server; it stops on SIGTERM or SIGINT after what runs is finished. */
async function main(): Promise<void> {
  if (process.argv.includes('--help')) {
    process.stdout.write(configurationHelp());
    return;
  }
  const configuration = readConfiguration();
  const logger = createLogger(configuration.logLevel);
  const metrics = new Metrics();
  const instance = await openInstance(configuration, logger, metrics.outcome);
  const app = await NestFactory.create<NestFastifyApplication>(
    await AppModule.register(configuration, instance, logger, metrics),
    createHttpAdapter(configuration, logger, metrics),
    { logger: nestLogger(logger) },
  );
  serveCommands(instance, app.get(CommandBus, { strict: false }));
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

  await app.listen(configuration.port, configuration.host);
  logger.info(`Sijill answers on ${await app.getUrl()}; its API is described at ${await app.getUrl()}/docs`);
}

main().catch((error: unknown) => {
  const text = error instanceof ConfigurationError ? error.message : String((error as Error).stack ?? error);
  process.stderr.write(`sijill: ${text}\n`);
  process.exit(1);
});
