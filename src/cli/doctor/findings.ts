/** How something stands. `note`: worth knowing, and nothing to do. */
export type Level = 'ok' | 'note' | 'warning' | 'error';

export interface Finding {
  /** What was looked at: `clock`. */
  readonly check: string;
  readonly level: Level;
  readonly said: string;
  /** What to do; of a warning and an error always. */
  readonly todo?: string;
}

/** What a check says, once it knows under which name. */
export type Found = Omit<Finding, 'check'>;

export const ok = (said: string): Found => ({ level: 'ok', said });
export const note = (said: string): Found => ({ level: 'note', said });
export const warning = (said: string, todo: string): Found => ({ level: 'warning', said, todo });
export const error = (said: string, todo: string): Found => ({ level: 'error', said, todo });

const ORDER: readonly Level[] = ['ok', 'note', 'warning', 'error'];

export const worstOf = (findings: readonly Finding[]): Level =>
  findings.reduce<Level>((worst, { level }) => (ORDER.indexOf(level) > ORDER.indexOf(worst) ? level : worst), 'ok');

/**
 * Carries a check out; one that cannot be is an error.
 * @param todo where the thrown message does not say it
 */
export async function checked(
  check: string,
  todo: string,
  look: () => Promise<readonly Found[]> | readonly Found[],
): Promise<readonly Finding[]> {
  try {
    return (await look()).map((found) => ({ check, ...found }));
  } catch (thrown) {
    return [{ check, level: 'error', said: thrown instanceof Error ? thrown.message : String(thrown), todo }];
  }
}

const SIGNS: Readonly<Record<Level, string>> = { ok: 'ok     ', note: 'note   ', warning: 'WARNING', error: 'ERROR  ' };

/** For people: a line each, and what to do under it. */
export const linesOf = (findings: readonly Finding[]): string =>
  findings
    .map(({ check, level, said, todo }) => {
      const line = `${SIGNS[level]}  ${check.padEnd(14)}  ${said.replaceAll('\n', '\n' + ' '.repeat(25))}\n`;
      return todo === undefined ? line : `${line}${' '.repeat(25)}→ ${todo}\n`;
    })
    .join('');
