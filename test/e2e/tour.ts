import { readFileSync } from 'node:fs';

/** A block of shell commands as the README prints it, and what it says that they print. */
export interface Step {
  readonly line: number;
  readonly commands: string;
  /** undefined: nothing. */
  readonly output?: string;
}

/** The blocks of README.md's tour, in order. @throws Error for a block that no test would run or compare */
export function tourSteps(readme = readFileSync('README.md', 'utf8')): Step[] {
  const start = readme.indexOf('\n## A tour\n');
  const tour = readme.slice(start, readme.indexOf('\n## ', start + 1));
  const steps: Step[] = [];
  for (const { 1: language, 2: text = '', index } of tour.matchAll(/^```(\w*)\n(.*?)^```$/gms)) {
    const line = readme.slice(0, start + index).split('\n').length;
    const before = steps.at(-1);
    if (language === 'sh') steps.push({ line, commands: text });
    else if (language === 'json' && before?.output === undefined) steps.push({ ...steps.pop()!, output: text });
    else throw new Error(`README.md:${line}: a block of the tour is sh, or json after the sh that prints it`);
  }
  return steps;
}

/** JSON as `jq` prints it, whole or (`jq -c`) one value a line: spaces do not count. */
export function jsonValues(text: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return text
      .trim()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown);
  }
}

const UUIDS = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/**
 * What was printed, with each id in the place of which the README has another one told by the README's: ids depend on
 * the ledger's key. One id stands for one throughout.
 * @param known the ids seen so far, and what the README says instead
 */
export function withIdsOf(output: string, printed: string, known: Map<string, string>): string {
  const told = output.match(UUIDS) ?? [];
  let next = 0;
  return printed.replaceAll(UUIDS, (id) => {
    const inPlace = told[next++] ?? id;
    if (!known.has(id) && ![...known.values()].includes(inPlace)) known.set(id, inPlace);
    return known.get(id) ?? id;
  });
}
