import { Worker, type MessagePort } from 'node:worker_threads';
import type { Command, CommandRequest } from '../kernel/decider.js';
import { LedgerUnavailable, type Outcome } from '../ledger/outcome.js';
import type { FeedControl } from './feed-host.js';
import type { SendCommand } from './policy-runner.js';
import type { LogStatus } from '../transparency/log-status.js';
import type { AuditStatus } from './self-audit/audit-status.js';
import type { FeedListener, FeedStatus, PolicyAlarm } from './status.js';

/** What the feed's thread says. */
export type FromFeed =
  | { readonly kind: 'started' }
  | { readonly kind: 'command'; readonly call: number; readonly command: Command; readonly request: CommandRequest }
  | { readonly kind: 'status'; readonly status: FeedStatus }
  | { readonly kind: 'alarm'; readonly alarm: PolicyAlarm }
  | { readonly kind: 'log'; readonly level: 'info' | 'error'; readonly message: string }
  | { readonly kind: 'audited'; readonly status: AuditStatus }
  | { readonly kind: 'logged'; readonly status: LogStatus }
  | { readonly kind: 'rebuilt'; readonly call: number; readonly error?: string };

/** What the feed's thread is told. */
export type ToFeed =
  | { readonly kind: 'outcome'; readonly call: number; readonly outcome: Outcome }
  | { readonly kind: 'failed'; readonly call: number; readonly message: string; readonly unavailable: boolean }
  | { readonly kind: 'rebuild'; readonly call: number; readonly names: readonly string[] }
  | { readonly kind: 'stop' };

/** How long a stop waits for the answers to commands that were sent, so that little is sent twice. */
const STOP_GRACE_MS = 5_000;

/**
 * Runs a feed in a thread of its own, so that folding never delays an answer; its commands come back here.
 * @param script the built entry file of the thread
 */
export async function startFeedThread(
  script: URL,
  workerData: unknown,
  send: SendCommand,
  listener: FeedListener,
  died: (error: Error) => void,
): Promise<FeedControl> {
  const worker = new Worker(script, { workerData });
  const say = (message: ToFeed): void => worker.postMessage(message);
  const rebuilds = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  let calls = 0;
  let stopping = false;
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));

  await new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the feed ended before it started')));
    worker.on('message', (message: FromFeed) => {
      switch (message.kind) {
        case 'started':
          return resolve();
        case 'command':
          return void answer(message.call, send(message.command, message.request), say);
        case 'status':
          return listener.status(message.status);
        case 'alarm':
          return listener.alarm(message.alarm);
        case 'audited':
          return listener.audited?.(message.status);
        case 'logged':
          return listener.logged?.(message.status);
        case 'log':
          return listener.log(message.level, message.message);
        case 'rebuilt': {
          const rebuild = rebuilds.get(message.call);
          rebuilds.delete(message.call);
          return message.error === undefined ? rebuild?.resolve() : rebuild?.reject(new Error(message.error));
        }
      }
    });
  });
  worker.on('error', (error) => died(error));
  worker.once('exit', () => {
    for (const { reject } of rebuilds.values()) reject(new Error('the feed stopped before the rebuild was finished'));
  });
  worker.once('exit', () => stopping || died(new Error('the feed ended by itself')));

  return {
    async stop() {
      stopping = true;
      say({ kind: 'stop' });
      await exited;
    },
    rebuild(names) {
      const call = ++calls;
      say({ kind: 'rebuild', call, names });
      return new Promise((resolve, reject) => rebuilds.set(call, { resolve, reject }));
    },
  };
}

async function answer(call: number, outcome: Promise<Outcome>, say: (message: ToFeed) => void): Promise<void> {
  try {
    say({ kind: 'outcome', call, outcome: await outcome });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    say({ kind: 'failed', call, message, unavailable: error instanceof LedgerUnavailable });
  }
}

/** The thread's end: a `send` whose commands are handled by the parent, and what the parent may ask. */
export class FeedThreadPort {
  readonly #calls = new Map<number, { resolve: (outcome: Outcome) => void; reject: (error: Error) => void }>();
  #next = 0;

  constructor(private readonly port: MessagePort) {}

  readonly send: SendCommand = (command, request) => {
    const call = ++this.#next;
    this.say({ kind: 'command', call, command, request });
    return new Promise((resolve, reject) => this.#calls.set(call, { resolve, reject }));
  };

  readonly listener: FeedListener = {
    status: (status) => this.say({ kind: 'status', status }),
    alarm: (alarm) => this.say({ kind: 'alarm', alarm }),
    log: (level, message) => this.say({ kind: 'log', level, message }),
    audited: (status) => this.say({ kind: 'audited', status }),
    logged: (status) => this.say({ kind: 'logged', status }),
  };

  say(message: FromFeed): void {
    this.port.postMessage(message);
  }

  /** @param stop called once; the thread ends after it */
  serve(rebuild: (names: readonly string[]) => Promise<void>, stop: () => Promise<void>): void {
    this.port.on('message', (message: ToFeed) => {
      switch (message.kind) {
        case 'outcome':
          return this.#take(message.call)?.resolve(message.outcome);
        case 'failed': {
          const { call, message: text, unavailable } = message;
          return this.#take(call)?.reject(unavailable ? new LedgerUnavailable(text) : new Error(text));
        }
        case 'rebuild':
          return void rebuild(message.names).then(
            () => this.say({ kind: 'rebuilt', call: message.call }),
            (error: Error) => this.say({ kind: 'rebuilt', call: message.call, error: error.message }),
          );
        case 'stop': {
          const timer = setTimeout(() => this.#giveUp(), STOP_GRACE_MS);
          return void stop().finally(() => {
            clearTimeout(timer);
            this.port.close();
          });
        }
      }
    });
  }

  /** What has no answer by now is sent again after the next start. */
  #giveUp(): void {
    for (const { reject } of this.#calls.values()) reject(new LedgerUnavailable('the feed is stopping'));
    this.#calls.clear();
  }

  #take(call: number): { resolve: (outcome: Outcome) => void; reject: (error: Error) => void } | undefined {
    const waiting = this.#calls.get(call);
    this.#calls.delete(call);
    return waiting;
  }
}
