import { randomInt } from 'node:crypto';
import type { Uuid } from '../../kernel/ids.js';
import type { Database, Statement } from '../../sqlite/database.js';
import { latestUpTo, nextAfter } from '../cron.js';
import type { Job, JobFigures, JobQuery, JobState, JobView, Once, Progress, Repeat } from '../jobs.js';
import { jobId } from '../performing.js';
import { backOff, worn } from '../runs.js';

/** An attempt that this process holds the lease of. */
export interface Claim {
  readonly id: string;
  readonly token: number;
  readonly job: Job;
  readonly key: string;
  readonly isRepeated: boolean;
  readonly at: number;
  readonly attempt: number;
  readonly data: unknown;
}

/** The rows, and what may become of them. Every method that writes is called inside a transaction. */
export class JobTable {
  readonly #insert: Statement;
  readonly #due: Statement;
  readonly #lapsed: Statement;
  readonly #take: Statement;
  readonly #end: Statement;
  readonly #again: Statement;
  readonly #bury: Statement;
  readonly #renew: Statement;
  readonly #release: Statement;
  readonly #progress: Statement;
  readonly #repetition: Statement;
  readonly #nextDue: Statement;
  readonly #nextLease: Statement;
  readonly #figures: Statement;

  constructor(
    private readonly database: Database,
    private readonly random: () => number,
  ) {
    const held = 'WHERE id = ? AND token = ?';
    const columns = 'id, key, repeated, at, attempts, token, data';
    this.#insert = database.prepare(
      `INSERT INTO job (id, name, key, repeated, at, due, state, data) VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?)
       ON CONFLICT DO NOTHING`,
    );
    this.#due = database.prepare(
      `SELECT ${columns} FROM job WHERE name = ?1 AND state = 'waiting'
       AND due <= ?2 ORDER BY due, at, id LIMIT ?3`,
    );
    // A lease that lies further ahead than any can is of a clock that has gone back since.
    this.#lapsed = database.prepare(
      `SELECT ${columns} FROM job WHERE name = ?1 AND state = 'running' AND (lease <= ?2 OR lease > ?2 + ?3)
       ORDER BY at, id LIMIT ?4`,
    );
    this.#take = database.prepare(
      `UPDATE job SET state = 'running', at = ?, attempts = attempts + 1, token = ?, lease = ?, progress = NULL
       WHERE id = ?`,
    );
    this.#end = database.prepare(`DELETE FROM job ${held}`);
    this.#again = database.prepare(`UPDATE job SET state = 'waiting', lease = 0, due = ?, error = ? ${held}`);
    this.#bury = database.prepare(
      `UPDATE OR REPLACE job SET id = ?, repeated = 0, state = 'dead', lease = 0, error = ? ${held}`,
    );
    this.#renew = database.prepare(`UPDATE job SET lease = ? ${held} AND state = 'running'`);
    this.#release = database.prepare(
      `UPDATE job SET state = 'waiting', lease = 0, attempts = attempts - 1 ${held} AND state = 'running'`,
    );
    this.#progress = database.prepare(`UPDATE job SET progress = ? ${held} AND state = 'running'`);
    this.#repetition = database.prepare('SELECT cron, missed, data FROM repetition WHERE name = ? AND key = ?');
    this.#nextDue = database.prepare(`SELECT min(due) FROM job WHERE name = ? AND state = 'waiting'`);
    this.#nextLease = database.prepare(`SELECT min(lease) FROM job WHERE name = ? AND state = 'running'`);
    this.#figures = database.prepare(
      `SELECT sum(state = 'waiting' AND due > ?1), sum(state = 'waiting' AND due <= ?1), sum(state = 'running'),
       sum(state = 'dead'), max(CASE WHEN state = 'waiting' THEN ?1 - due END) FROM job WHERE name = ?2`,
    );
  }

  /** What may begin now of a job, with its lease taken: no more than `limit`. */
  claim(job: Job, limit: number, now: number): Claim[] {
    const lapsed = this.#lapsed.all(job.name, now, job.leaseMs, limit).filter((row) => !this.#buryWorn(job, row, now));
    const due = this.#due.all(job.name, now, limit - lapsed.length);
    return [...lapsed, ...due].map((row) => this.#claimed(job, row, now));
  }

  #claimed(job: Job, row: any[], now: number): Claim {
    const [id, key, repeated, at, attempts, , data] = row;
    // Only before the first attempt: later ones must send what the first one sent.
    const occurrence = repeated === 1 && attempts === 0 ? this.#collapsed(job, key, at, now) : at;
    const token = randomInt(2 ** 48 - 1);
    this.#take.run(occurrence, token, now + job.leaseMs, id);
    return {
      id,
      token,
      job,
      key,
      isRepeated: repeated === 1,
      at: occurrence,
      attempt: attempts + 1,
      data: JSON.parse(data),
    };
  }

  /** Whoever began it last has died, and that was the last attempt: it may well be what kills them. */
  #buryWorn(job: Job, [id, key, repeated, at, attempts, token]: any[], now: number): boolean {
    if (attempts < job.retry.attempts) return false;
    return this.#die({ id, token, job, key, at, isRepeated: repeated === 1 }, worn(attempts), now);
  }

  #collapsed(job: Job, key: string, at: number, now: number): number {
    const row = this.#repetition.get(job.name, key);
    return row?.[1] === 'latest' ? Math.max(at, latestUpTo(row[0], now)) : at;
  }

  /** @returns false where another has the lease */
  complete({ id, token, job, key, at, isRepeated }: Claim, now: number): boolean {
    if (this.#end.run(id, token) === 0) return false;
    if (isRepeated) this.#advance(job, key, at, now);
    return true;
  }

  /** @returns false where another has the lease */
  fail({ id, token, job, key, at, isRepeated, attempt }: Claim, error: string, now: number): boolean {
    if (attempt < job.retry.attempts) {
      return this.#again.run(now + backOff(job.retry, attempt, this.random()), error, id, token) === 1;
    }
    return this.#die({ id, token, job, key, at, isRepeated }, error, now);
  }

  /** A dead occurrence of a repetition is left behind under an id of its own, and the next one's turn comes. */
  #die({ id, token, job, key, at, isRepeated }: Omit<Claim, 'attempt' | 'data'>, error: string, now: number): boolean {
    const buried = isRepeated ? jobId(job.name, key, at) : id;
    if (this.#bury.run(buried, error, id, token) === 0) return false;
    if (isRepeated) this.#advance(job, key, at, now);
    return true;
  }

  renew({ id, token, job }: Claim, now: number): boolean {
    return this.#renew.run(now + job.leaseMs, id, token) === 1;
  }

  /** Hands an attempt back as if it had not begun. */
  release({ id, token }: Claim): void {
    this.#release.run(id, token);
  }

  progress({ id, token }: Claim, progress: Progress): void {
    this.#progress.run(JSON.stringify(progress), id, token);
  }

  add(job: Job, { key, at, data }: Once): void {
    this.#insert.run(jobId(job.name, key, null), job.name, key, 0, at, at, JSON.stringify(data));
  }

  cancel(name: string, key: string): boolean {
    const sql = `DELETE FROM job WHERE id = ? AND state = 'waiting' AND attempts = 0`;
    return this.database.prepare(sql).run(jobId(name, key, null)) === 1;
  }

  retry(id: Uuid, now: number): 'waiting' | 'not dead' | undefined {
    const sql = `UPDATE job SET state = 'waiting', attempts = 0, due = ? WHERE id = ? AND state = 'dead'`;
    if (this.database.prepare(sql).run(now, id) === 1) return 'waiting';
    return this.database.prepare('SELECT 1 FROM job WHERE id = ?').get(id) === undefined ? undefined : 'not dead';
  }

  /** Makes the standing repetitions of a job what the program declares, and mends what a clock that was ahead has left. */
  reconcile(job: Job, now: number): void {
    this.database
      .prepare(`UPDATE job SET due = ?1 WHERE name = ?2 AND state = 'waiting' AND attempts > 0 AND due > ?1 + ?3`)
      .run(now, job.name, job.retry.mostMs);
    const declared = new Map(job.repeats.map((each) => [each.key, each]));
    for (const [key] of this.database.prepare('SELECT key FROM repetition WHERE name = ?').all(job.name)) {
      if (declared.has(key)) continue;
      this.database.prepare('DELETE FROM repetition WHERE name = ? AND key = ?').run(job.name, key);
      this.#dropNext(job, key);
    }
    for (const repeat of declared.values()) this.#declare(job, repeat, now);
  }

  #declare(job: Job, { key, cron, missed, data }: Repeat, now: number): void {
    const next = nextAfter(cron, now);
    const row = this.#repetition.get(job.name, key);
    const text = JSON.stringify(data);
    this.database
      .prepare('INSERT OR REPLACE INTO repetition (name, key, cron, missed, data) VALUES (?, ?, ?, ?, ?)')
      .run(job.name, key, cron, missed, text);
    const sql = `SELECT at FROM job WHERE name = ? AND key = ? AND repeated = 1 AND state <> 'dead'`;
    const waiting: number | undefined = this.database.prepare(sql).get(job.name, key)?.[0];
    // What was missed stays. What is to come is anew where the expression changed, or where a clock that was ahead
    // has since gone back, by an occurrence at least.
    const isWrong = waiting !== undefined && waiting > now && (row?.[0] !== cron || waiting > nextAfter(cron, next));
    if (isWrong) this.#dropNext(job, key);
    if (waiting === undefined || isWrong) this.#occur(job.name, key, next, text);
  }

  /** The occurrence after one that has come to its end, where the repetition is still declared. */
  #advance(job: Job, key: string, at: number, now: number): void {
    const row = this.#repetition.get(job.name, key);
    if (row === undefined) return;
    const [cron, missed, data] = row;
    const next = nextAfter(cron, at);
    this.#occur(job.name, key, missed === 'latest' && next <= now ? latestUpTo(cron, now) : next, data);
  }

  #occur(name: string, key: string, at: number, data: string): void {
    this.#insert.run(jobId(name, key, 'repeated'), name, key, 1, at, at, data);
  }

  /** Unless it has begun: then it ends first. */
  #dropNext(job: Job, key: string): void {
    const sql = `DELETE FROM job WHERE name = ? AND key = ? AND repeated = 1 AND state = 'waiting' AND attempts = 0`;
    this.database.prepare(sql).run(job.name, key);
  }

  /** When something of a job will next be due, or a lease will have run out; Infinity: nothing waits. */
  nextDue(name: string): number {
    const due: number | null = this.#nextDue.get(name)![0];
    const lease: number | null = this.#nextLease.get(name)![0];
    return Math.min(due ?? Infinity, lease ?? Infinity);
  }

  figures(name: string, now: number): Omit<JobFigures, 'name' | 'failures'> {
    const [scheduled, waiting, running, dead, late] = this.#figures.get(now, name)!.map((n) => n ?? 0);
    return { scheduled, waiting, running, dead, lagMs: Math.max(0, late) };
  }

  list({ state, limit, after }: JobQuery, now: number): JobView[] {
    const sql = `SELECT id, name, key, at, ${STATE} AS shown, attempts, progress, error FROM job
      WHERE (at, id) > (?2, ?3) AND (?4 IS NULL OR shown = ?4) ORDER BY at, id LIMIT ?5`;
    const rows = this.database
      .prepare(sql)
      .all(now, after?.at ?? Number.MIN_SAFE_INTEGER, after?.id ?? '', state ?? null, limit);
    return rows.map(viewOf);
  }
}

const STATE = `CASE WHEN state <> 'waiting' THEN state WHEN due > ?1 THEN 'scheduled' ELSE 'waiting' END`;

const viewOf = ([id, name, key, at, state, attempts, progress, error]: any[]): JobView => ({
  id: id as Uuid,
  name,
  key,
  at,
  state: state as JobState,
  attempts,
  ...(progress !== null && { progress: JSON.parse(progress) as Progress }),
  ...(error !== null && { error }),
});
