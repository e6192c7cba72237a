import { createHash, hash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { StreamName } from '../kernel/ids.js';
import type { Aggregate } from './aggregate.js';

/** An aggregate as it was at its revision. */
export interface Snapshot {
  readonly aggregate: Aggregate;
  /** What tells the event at that revision from every other one that could stand there. */
  readonly at: string;
}

/** Spares a cold start the fold of a long stream. Losing one, or all, costs time only (docs/adr/0005-snapshots.md). */
export interface Snapshots {
  load(stream: StreamName): Snapshot | undefined;
  /** Keeps it, or not: that is not an error. */
  save(stream: StreamName, snapshot: Snapshot): void;
}

const DIGEST_BYTES = 32;

/**
 * Snapshots in a directory of their own, a file for each stream: V8's serialisation behind its SHA-256. Written in
 * place and not synced, which takes 0.02 ms: a file that a crash left half written, or that rotted, is not what its
 * digest says and counts for nothing.
 */
export class SnapshotFiles implements Snapshots {
  readonly #directory: string;
  /** Streams that have a file: most have none, and are not looked for. */
  readonly #known: Set<string>;

  /**
   * @param parent created where it is missing
   * @param program what folds (`programVersion`): snapshots of another one are removed
   * @param warn told of what could not be written
   */
  constructor(
    parent: string,
    program: string,
    private readonly warn: (message: string) => void,
  ) {
    this.#directory = join(parent, program);
    fs.mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    for (const other of fs.readdirSync(parent)) {
      if (other !== program) fs.rmSync(join(parent, other), { recursive: true });
    }
    this.#known = new Set(fs.readdirSync(this.#directory));
  }

  load(stream: StreamName): Snapshot | undefined {
    if (!this.#known.has(stream)) return undefined;
    try {
      const bytes = fs.readFileSync(join(this.#directory, stream));
      const content = bytes.subarray(DIGEST_BYTES);
      return digestOf(content).equals(bytes.subarray(0, DIGEST_BYTES)) ? (deserialize(content) as Snapshot) : undefined;
    } catch {
      return undefined; // somebody removed it, for one
    }
  }

  save(stream: StreamName, snapshot: Snapshot): void {
    try {
      const content = serialize(snapshot);
      write(join(this.#directory, stream), [digestOf(content), content]);
      this.#known.add(stream);
    } catch (error) {
      this.warn(`no snapshot of ${stream} was written: ${(error as Error).message}`);
    }
  }
}

/** Over what is there: truncating or renaming first makes some file systems wait for the disk. */
function write(path: string, parts: readonly Buffer[]): void {
  const file = fs.openSync(path, fs.constants.O_WRONLY | fs.constants.O_CREAT, 0o600);
  try {
    fs.ftruncateSync(file, fs.writevSync(file, parts));
  } finally {
    fs.closeSync(file);
  }
}

const digestOf = (content: Buffer): Buffer => hash('sha256', content, 'buffer');

/** Names the program that folds: what its files hold, and the V8 that serialises. @param root of its files */
export function programVersion(root: URL): string {
  const digest = createHash('sha256').update(process.versions.v8);
  for (const file of fs.readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()) {
    if (/\.[jt]s$/.test(file)) digest.update(`\n${file}\n`).update(fs.readFileSync(new URL(file, root)));
  }
  return digest.digest('hex').slice(0, 32);
}
