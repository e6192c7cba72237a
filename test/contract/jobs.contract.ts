import { doneOnce } from './jobs/once.js';
import { failing } from './jobs/failing.js';
import { leased } from './jobs/leased.js';
import { modelled } from './jobs/modelled.js';
import type { OpenJobs } from './jobs/opened.js';
import { repeated } from './jobs/repeated.js';
import { sending } from './jobs/sending.js';

export type { OpenedJobs, OpenJobs } from './jobs/opened.js';

/** The laws of jobs (src/jobs/jobs.ts): every adapter passes them. Each test opens a store of its own. */
/** @param runs of the property */
export function jobsContract(name: string, open: OpenJobs, runs: number): void {
  describe(`${name} keeps the laws of jobs`, () => {
    describe('what is done once', () => doneOnce(open));
    describe('what is repeated', () => repeated(open));
    describe('what fails', () => failing(open));
    describe('who runs it', () => leased(open));
    describe('what it sends', () => sending(open));
    describe('whatever happens', () => modelled(open, runs));
  });
}
