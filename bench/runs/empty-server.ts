/** The peer of the runs over HTTP: what Nest on Fastify costs when nothing is asked of it. Same routes, same bodies. */
import 'reflect-metadata';
import { Body, Controller, Get, HttpCode, Module, Param, Post, Query } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

@Controller('v1/debts')
class EmptyController {
  @Post(':id/proceedings')
  @HttpCode(200)
  post(@Param('id') _id: string, @Body() _body: object): object {
    return {};
  }

  @Get(':id')
  one(@Param('id') _id: string): object {
    return {};
  }

  @Get()
  page(@Query() _query: object): object {
    return {};
  }
}

@Module({ controllers: [EmptyController] })
class EmptyModule {}

const app = await NestFactory.create<NestFastifyApplication>(EmptyModule, new FastifyAdapter(), { logger: false });
await app.listen(0, '127.0.0.1');
process.stdout.write(`${await app.getUrl()}\n`);
process.once('SIGTERM', () => void app.close());
