import type { Comparison, Result, Target } from './measure.js';

/** The results as a Markdown table, and below it what else each row found. */
export function table(results: readonly Result[]): string {
  const head = ['Row', 'Sijill', '', 'against', '', 'Ratio', 'Target', ''];
  const rows = results.map((result) => (result.kind === 'compared' ? compared(result) : [result.row, result.kind]));
  const cells = [head, ...rows].map((row) => head.map((_, column) => row[column] ?? ''));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => (row[column] as string).length), 1));
  const lines = cells.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] as number)).join(' | ')} |`,
  );
  lines.splice(1, 0, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`);
  return [...lines, '', ...results.map((result) => `- ${line(result)}`)].join('\n');
}

const compared = ({ row, subject, peer, ratio, target, met }: Comparison): string[] => [
  row,
  subject.name,
  `${figure(subject.median)} ${subject.unit}`,
  peer.name,
  `${figure(peer.median)} ${peer.unit}`,
  ratio.toFixed(2),
  ...(target === undefined ? ['', ''] : [targetText(target), met ? 'met' : 'MISSED']),
];

/** What else a row found. */
export function line(result: Result): string {
  if (result.kind !== 'compared') return `${result.row}: ${result.kind}: ${result.why}`;
  const { row, ratios, notes } = result;
  const spread = `ratios ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}`;
  return `${row}: ${[spread, ...notes].join('; ')}`;
}

const targetText = (target: Target): string =>
  'atLeast' in target ? `at least ${target.atLeast}` : `at most ${target.atMost}`;

/** Three digits that mean something. */
const figure = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
