import { consistencyFrom, rootFrom } from '../tile-tree.js';
import { tilesIn } from '../growth.js';
import { treeSize } from '../hashes.js';
import type { VerifierKey } from '../keys.js';
import { LogHalted } from '../log-status.js';
import type { LogStorage, SignedTree } from '../log-storage.js';
import { openNote, parseNote, writeNote, type NoteSignature } from '../note.js';
import { isConsistent } from '../proofs.js';
import { addCheckpoint, type Answer } from './add-checkpoint.js';
import type { Witness, WitnessPolicy } from './witness-policy.js';
import type { WitnessFault, WitnessStatus } from './witness-status.js';

export interface WitnessingOptions {
  readonly policy: WitnessPolicy;
  readonly log: VerifierKey;
  readonly storage: LogStorage;
  readonly report: (witnesses: readonly WitnessStatus[], witnessed: number) => void;
  readonly say: (level: 'info' | 'error', message: string) => void;
  readonly times?: WitnessTimes;
}

/** In milliseconds. */
export interface WitnessTimes {
  /** For one answer. */
  readonly timeout: number;
  /** After a failure; each that follows at once doubles it, up to the longest. */
  readonly pause: number;
  readonly longestPause: number;
}

const TIMES: WitnessTimes = { timeout: 5_000, pause: 1_000, longestPause: 300_000 };
/** A witness that names another size each time is not asked on and on. */
const MOST_QUESTIONS = 4;

/** How it stands with one witness. */
interface Asked extends Witness {
  /** What it cosigned last, by its own word since this began; 0: it did not say yet. */
  size: number;
  /** Events in the last tree of which there is a cosignature. */
  cosigned: number;
  isBusy: boolean;
  /** Failures since it last went well; until when it is left alone, on the clock of `performance`. */
  failures: number;
  restsUntil: number;
  fault?: WitnessFault;
}

/** A checkpoint that is being cosigned. */
interface Round {
  readonly tree: SignedTree;
  /** With the cosignatures that came. */
  note: string;
  isWitnessed: boolean;
  readonly cosigned: Set<Asked>;
  readonly asked: Set<Asked>;
}

/**
 * Asks witnesses to cosign what was signed, all at once, and publishes what they answer (docs/adr/0031-witnesses.md). All
 * of them are asked about one checkpoint until enough have cosigned it, or nobody is left who may still answer: so a slow
 * one neither delays the others nor makes each of them cosign another checkpoint. Nothing here is waited for by who signs.
 */
export class Witnessing {
  readonly #witnesses: readonly Asked[];
  readonly #times: WitnessTimes;
  readonly #stopping = new AbortController();
  readonly #under = new Set<Promise<void>>();
  #latest: SignedTree | undefined;
  #round: Round | undefined;
  #witnessed: number | undefined;
  #writing: Promise<unknown> = Promise.resolve();
  #objection: LogHalted | undefined;

  constructor(private readonly options: WitnessingOptions) {
    this.#times = options.times ?? TIMES;
    this.#witnesses = options.policy.witnesses.map((witness) => {
      return { ...witness, size: 0, cosigned: 0, isBusy: false, failures: 0, restsUntil: 0 };
    });
  }

  /** Why nothing may be signed any more: a witness has seen another log than this one. */
  get objection(): LogHalted | undefined {
    return this.#objection;
  }

  /** Told again and again what was signed last: those that rested are asked anew. */
  async offer(signed: SignedTree | undefined): Promise<void> {
    if (signed === undefined) return;
    if (this.#witnessed === undefined) await this.#begin(signed);
    if (this.#latest === undefined || signed.size > this.#latest.size) this.#latest = signed;
    this.#turn();
  }

  /** Gives up what is on its way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#under);
  }

  /** What an earlier start left: whose cosignatures are there, and which tree was witnessed. */
  async #begin(signed: SignedTree): Promise<void> {
    const kept = await this.options.storage.witnessed();
    const isMet = kept !== undefined && this.options.policy.isMetBy(kept.note);
    this.#witnessed = isMet ? kept.size : 0;
    const { signed: by } = openNote(signed.note, [this.options.log, ...this.#witnesses.map(({ key }) => key)]);
    for (const each of this.#witnesses) {
      if (by.some(({ key }) => key === each.key)) each.cosigned = signed.size;
    }
    this.#tell();
  }

  #turn(): void {
    const isOver = this.#stopping.signal.aborted || this.#objection !== undefined;
    if (isOver || this.#latest === undefined) return;
    const round = this.#roundOf(this.#latest);
    for (const each of this.#witnesses) {
      const isDue = !each.isBusy && performance.now() >= each.restsUntil && !round.cosigned.has(each);
      // Each is asked once after a start, too, about what it has cosigned: whether it has seen more since.
      if (!isDue || each.size > round.tree.size) continue;
      each.isBusy = true;
      round.asked.add(each);
      const work = this.#ask(each, round).finally(() => {
        each.isBusy = false;
        round.asked.delete(each);
        this.#under.delete(work);
        this.#turn();
      });
      this.#under.add(work);
    }
  }

  #roundOf(latest: SignedTree): Round {
    const round = this.#round;
    const mayGoOn = round === undefined || round.isWitnessed || round.asked.size === 0;
    if (round !== undefined && (round.tree.size === latest.size || !mayGoOn)) return round;
    const { note } = latest;
    const isWitnessed = this.options.policy.isMetBy(note);
    return (this.#round = { tree: latest, note, isWitnessed, cosigned: new Set(), asked: new Set() });
  }

  async #ask(asked: Asked, round: Round): Promise<void> {
    const failed = (fault: WitnessFault, said: string): void => {
      const pause = Math.min(this.#times.longestPause, this.#times.pause * 2 ** asked.failures++);
      asked.restsUntil = performance.now() + pause;
      if (asked.fault === fault) return;
      asked.fault = fault;
      this.options.say('error', `the witness ${asked.name} does not cosign (${fault}): ${said}`);
      this.#tell();
    };
    try {
      const answer = await this.#answerOf(asked, round);
      if (answer === undefined || this.#stopping.signal.aborted) return;
      if (answer.kind !== 'cosigned') return failed(answer.fault, answer.said);
      await this.#add(asked, round, answer.signature);
      asked.failures = 0;
      asked.cosigned = Math.max(asked.cosigned, round.tree.size);
      if (asked.fault !== undefined) this.options.say('info', `the witness ${asked.name} cosigns again`);
      delete asked.fault;
      this.#tell();
    } catch (error) {
      failed('NOT_STORED', error instanceof Error ? error.message : String(error));
    }
  }

  /** @returns undefined: it is to be asked about a later checkpoint, or about none */
  async #answerOf(
    asked: Asked,
    { tree }: Round,
  ): Promise<Exclude<Answer, { kind: 'conflict' | 'contradiction' }> | undefined> {
    const { storage, log } = this.options;
    const read = tilesIn(storage);
    for (let questions = 0; questions < MOST_QUESTIONS; questions++) {
      const old = treeSize(asked.size);
      const proof = await consistencyFrom(read, old, tree.size);
      const submission = { old, proof, checkpoint: tree.note };
      const answer = await addCheckpoint(asked, submission, log, this.#times.timeout, this.#stopping.signal);
      if (this.#stopping.signal.aborted) return undefined;
      switch (answer.kind) {
        case 'fault':
          return answer;
        case 'cosigned':
          asked.size = tree.size;
          return answer;
        case 'conflict':
          asked.size = answer.size;
          if (answer.size <= tree.size) continue;
          return await this.#assertOurs(asked, answer.size);
        case 'contradiction': {
          // It was told a size that it named itself, or cosigned here, and our own proof holds.
          const isOurs = isConsistent({ size: old, root: await rootFrom(read, old) }, tree, proof);
          if (!isOurs) throw new Error('the tiles do not give a proof of consistency');
          this.#objection = new LogHalted(
            'FORKED',
            `the witness ${asked.name} cosigned a tree of ${old} events that this log does not begin with`,
          );
          return undefined;
        }
      }
    }
    return { kind: 'fault', fault: 'GARBAGE', said: `it names another size each time, now ${asked.size}` };
  }

  /** Another process of this ledger may have signed what this one has not seen yet; nobody else may. */
  async #assertOurs({ name }: Asked, size: number): Promise<undefined> {
    const signed = (await this.options.storage.signed())?.size ?? 0;
    if (size <= signed) return;
    this.#objection = new LogHalted(
      'ROLLED_BACK',
      `the witness ${name} cosigned ${size} events of this log, and ${signed} is all that is known to be signed here`,
    );
  }

  /** One after the other: each goes on from the note that the one before left. */
  async #add(asked: Asked, round: Round, signature: NoteSignature): Promise<void> {
    const { storage, policy } = this.options;
    const turn = this.#writing.then(async () => {
      const before = { ...round.tree, note: round.note };
      const note = withSignature(round.note, signature);
      // Where a later checkpoint is published by now, this one may still be the newest that is witnessed.
      await storage.cosign(note, before);
      const isWitnessed = policy.isMetBy(note);
      if (isWitnessed) await storage.witness({ ...round.tree, note });
      [round.note, round.isWitnessed] = [note, isWitnessed];
      round.cosigned.add(asked);
      if (isWitnessed) this.#witnessed = Math.max(this.#witnessed ?? 0, round.tree.size);
    });
    this.#writing = turn.catch(() => undefined);
    await turn;
  }

  #tell(): void {
    const statuses = this.#witnesses.map(({ name, cosigned, fault }) => {
      return { name, cosigned, ...(fault !== undefined && { fault }) };
    });
    this.options.report(statuses, this.#witnessed ?? 0);
  }
}

/** A newer cosignature of a key takes the place of its older one. */
function withSignature(note: string, signature: NoteSignature): string {
  const { text, signatures } = parseNote(note);
  const others = signatures.filter(({ name, id }) => name !== signature.name || id !== signature.id);
  return writeNote({ text, signatures: [...others, signature] });
}
