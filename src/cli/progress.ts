import { SingleBar } from 'cli-progress';

/** How far a long piece of work is: a bar on a terminal, and nowhere else. */
export interface Progress {
  /** @param count of the total that is done */
  readonly update: (count: number) => void;
  /** Says something between the figures. */
  say(line: string): void;
  stop(): void;
}

export type Output = Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;

/**
 * @param what is counted: `events`
 * @param now in milliseconds
 */
export function progressOf(
  total: number,
  what: string,
  output: Output = process.stderr,
  now: () => number = () => performance.now(),
): Progress {
  const began = now();
  const figures = (count: number): { rate: string; left: string } => {
    const rate = (count * 1_000) / Math.max(1, now() - began);
    return { rate: grouped(rate), left: rate === 0 ? '?' : duration((total - count) / rate) };
  };
  return output.isTTY ? bar(total, what, output, figures) : silent(output);
}

type Figures = (count: number) => { readonly rate: string; readonly left: string };

function bar(total: number, what: string, output: Output, figures: Figures): Progress {
  const single = new SingleBar({
    stream: output as NodeJS.WriteStream,
    format: `{bar} {percentage}% | {value}/{total} ${what} | {rate} ${what}/s | {left} left`,
    formatValue: (value, _, type) => (type === 'value' || type === 'total' ? grouped(value) : String(value)),
    hideCursor: true,
  });
  single.start(total, 0, figures(0));
  return {
    update: (count) => single.update(count, figures(count)),
    say(line) {
      if (single.isActive) single.stop();
      output.write(`${line}\n`);
    },
    stop: () => single.isActive && single.stop(),
  };
}

/** What a pipe gets is read by programs, or kept in a log: only what is said. */
const silent = (output: Output): Progress => ({
  update: () => undefined,
  say: (line) => void output.write(`${line}\n`),
  stop: () => undefined,
});

export const grouped = (figure: number): string => Math.round(figure).toLocaleString('en-US');

/** `4 s`, `2 min 5 s`, `1 h 10 min` */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
}
