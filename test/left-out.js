/** Says at the end of a run what it did not do, and how to have it done: nothing is skipped unsaid. */
export default class LeftOut {
  #global;
  #notes;

  /** @param {import('@jest/types').Config.GlobalConfig} global @param {{ notes: readonly string[] }} options */
  constructor(global, { notes }) {
    this.#global = global;
    this.#notes = notes;
  }

  /** @param {unknown} _ @param {import('@jest/test-result').AggregatedResult} results */
  onRunComplete(_, { testResults }) {
    // Whoever names what to run knows that it is not everything.
    if (this.#global.testNamePattern) return;
    say('Skipped', [...new Set(testResults.flatMap((file) => skippedOf(file.testResults)))]);
    if (this.#global.nonFlagArgs.length === 0) say('Left out', this.#notes);
  }
}

/** @param {string} heading @param {readonly string[]} lines */
function say(heading, lines) {
  if (lines.length > 0) console.log(`\n${heading}:\n${lines.map((line) => `  ○ ${line}`).join('\n')}`);
}

/**
 * A block that is skipped as a whole is one line.
 * @param {readonly import('@jest/test-result').AssertionResult[]} tests
 */
const skippedOf = (tests) =>
  tests.filter(isSkipped).map(({ ancestorTitles: [block], fullName }) => {
    const beside = tests.filter(({ ancestorTitles }) => ancestorTitles[0] === block);
    return block !== undefined && beside.every(isSkipped) ? `${block} (${beside.length} tests)` : fullName;
  });

/** @param {import('@jest/test-result').AssertionResult} test */
const isSkipped = ({ status }) => status === 'pending';
