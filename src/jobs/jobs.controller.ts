import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import Type from 'typebox';
import { Access } from '../http/access.decorator.js';
import { answer, listOf } from '../http/answers.js';
import { linkNext, pageOf } from '../http/cursor.js';
import { OnExchange, type Exchange } from '../http/exchange.js';
import { Problem } from '../http/problems/problem.js';
import { NoQuery, PageQuery } from '../http/validation/dtos.js';
import { IsOneOf } from '../http/validation/fields.js';
import { instantAt } from '../kernel/calendar.js';
import type { Uuid } from '../kernel/ids.js';
import { JOB_STATES, JobsUnavailable, type JobPlace, type Jobs, type JobState } from './jobs.js';

export const JOBS = Symbol('Jobs');

const STATE = Type.Enum([...JOB_STATES]);
const JOB = Type.Object({
  id: answer.id,
  name: answer.code,
  key: Type.String({ description: 'One of a name and key runs at a time.' }),
  at: Type.String({ format: 'date-time', description: 'When it was to happen.' }),
  state: STATE,
  attempts: Type.Integer({ minimum: 0, description: 'Begun so far.' }),
  progress: Type.Optional(Type.Object({ done: Type.Number(), total: Type.Optional(Type.Number()) })),
  error: Type.Optional(Type.String({ description: 'Why the last attempt failed.' })),
});

export class JobsQuery extends PageQuery {
  @IsOneOf(JOB_STATES, { optional: true, description: 'dead: every attempt failed, and somebody has to look.' })
  state?: JobState;
}

/** What an operator sees and does of what time does by itself. */
@Controller()
export class JobsController {
  constructor(@Inject(JOBS) private readonly jobs: Jobs) {}

  /** In the order of the instants that they are for. */
  @Access('GET /v1/jobs', listOf(JOB))
  async list(@OnExchange() exchange: Exchange, @Query() query: JobsQuery): Promise<{ items: readonly object[] }> {
    const page = pageOf(exchange, query);
    const { state } = query;
    const after = page.after === undefined ? undefined : placeOf(page.after);
    const asked = {
      limit: page.limit + 1,
      ...(state !== undefined && { state }),
      ...(after !== undefined && { after }),
    };
    const found = await answered(this.jobs.list(asked));
    const items = found.slice(0, page.limit);
    const last = items.at(-1);
    if (found.length > items.length && last !== undefined) linkNext(exchange, { value: last.at, id: last.id }, page);
    return { items: items.map((job) => ({ ...job, at: instantAt(job.at) })) };
  }

  /** A dead one begins anew, with all its attempts and for the same instant. */
  @Access('POST /v1/jobs/{id}/retry', Type.Object({ id: answer.id }), 202)
  async retry(@Param('id') id: string, @Body() _body: NoQuery): Promise<{ id: string }> {
    const outcome = await answered(this.jobs.retry(id as Uuid));
    if (outcome === undefined) throw new Problem('NOT_FOUND');
    if (outcome === 'not dead') throw new Problem('JOB_NOT_DEAD');
    return { id };
  }
}

function placeOf({ value, id }: { readonly value: unknown; readonly id: string }): JobPlace {
  if (typeof value !== 'number') throw new Problem('CURSOR_INVALID');
  return { at: value, id };
}

async function answered<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof JobsUnavailable) throw new Problem('JOBS_UNAVAILABLE', { headers: { 'retry-after': '1' } });
    throw error;
  }
}
