import factory, { type Bidi } from 'bidi-js';

/** A part of a line in one direction; its text is in the order in which it is read. */
export interface Run {
  readonly text: string;
  readonly isRightToLeft: boolean;
}

/** Its types are those of an ES module; what Node loads is CommonJS, whose export is the factory itself. */
const bidi = (factory as unknown as () => Bidi)();

/** Left to right, as one thing, whatever stands around it: a day as YYYY-MM-DD. */
export const isolated = (text: string): string => `\u2066${text}\u2069`;
const ISOLATE = /[\u2066\u2069]/;

/** A line's runs from left to right, as they are drawn (Unicode Bidirectional Algorithm, UAX 9: rule L2). */
export function runsOf(line: string, base: 'ltr' | 'rtl'): Run[] {
  if (line === '') return [];
  const { levels } = bidi.getEmbeddingLevels(line, base);
  const runs: { text: string; level: number }[] = [];
  for (let i = 0; i < line.length; i++) {
    if (ISOLATE.test(line.charAt(i))) continue; // it directs, and is not drawn
    const level = levels[i] as number;
    const last = runs.at(-1);
    if (last?.level === level) last.text += line.charAt(i);
    else runs.push({ text: line.charAt(i), level });
  }
  const highest = Math.max(...runs.map(({ level }) => level));
  for (let level = highest; level > 0; level--) {
    for (let from = 0; from < runs.length; from++) {
      if ((runs[from] as { level: number }).level < level) continue;
      let to = from;
      while (to + 1 < runs.length && (runs[to + 1] as { level: number }).level >= level) to++;
      runs.splice(from, to - from + 1, ...runs.slice(from, to + 1).reverse());
      from = to;
    }
  }
  return runs.map(({ text, level }) => ({ text, isRightToLeft: level % 2 === 1 }));
}

/** As it looks from right to left: a parenthesis opens to the other side. */
export const mirrored = (character: string): string => bidi.getMirroredCharacter(character) ?? character;
