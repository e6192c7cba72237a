import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const places: string[] = [];

/** A directory of its own, removed after the test. */
export function place(): string {
  const directory = mkdtempSync(join(tmpdir(), 'sijill-sqlite-'));
  places.push(directory);
  return directory;
}

afterEach(() => {
  for (const directory of places.splice(0)) rmSync(directory, { recursive: true });
});

/** Every file of a directory with its bytes. */
export const contents = (directory: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(directory)
      .toSorted()
      .map((name) => [name, readFileSync(join(directory, name), 'hex')]),
  );
