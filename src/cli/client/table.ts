/** A column of a table on a terminal. */
export interface TableColumn {
  readonly title: string;
  /** Figures. */
  readonly isRight?: boolean;
}

/**
 * Lines of columns as wide as their widest cell, of the titles and the rows that are there.
 * @param widths of the pages before, so that all have the same; grown in place
 */
export function tableOf(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  widths: number[] = [],
  withTitles = true,
): string {
  const titles = columns.map(({ title }) => title);
  const lines = withTitles ? [titles, ...rows] : rows;
  columns.forEach((_, i) => {
    widths[i] = lines.reduce((most, line) => Math.max(most, widthOf(line[i] ?? '')), widths[i] ?? 0);
  });
  return lines
    .map(
      (line) => `${columns.map((column, i) => padded(line[i] ?? '', widths[i]!, column)).join('  ')}`.trimEnd() + '\n',
    )
    .join('');
}

const padded = (text: string, width: number, { isRight }: TableColumn): string => {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return isRight === true ? space + text : text + space;
};

/** What a terminal shows: Arabic marks take no place of their own. */
const widthOf = (text: string): number => Array.from(text.replaceAll(/\p{M}/gu, '')).length;
