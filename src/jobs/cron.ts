import parser, { type CronExpression } from 'cron-parser';
import { InvalidJob } from './jobs.js';

/** The first occurrence after an instant; both in milliseconds since 1970. @throws InvalidJob */
export const nextAfter = (cron: string, at: number): number => read(cron, at).next().getTime();

/** The last occurrence that is not after an instant. @throws InvalidJob */
export const latestUpTo = (cron: string, at: number): number =>
  read(cron, at + 1)
    .prev()
    .getTime();

function read(cron: string, at: number): CronExpression {
  try {
    // The parser would fill missing fields up with stars.
    if (!/^\S+( \S+){4,5}$/.test(cron)) throw new Error('it has not five or six fields');
    return parser.parseExpression(cron, { currentDate: new Date(at), tz: 'Asia/Riyadh' });
  } catch (error) {
    throw new InvalidJob(`"${cron}" is no cron expression: ${(error as Error).message}`, { cause: error });
  }
}
