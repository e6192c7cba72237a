import { SingleBar } from 'cli-progress';

export interface Progress {
  readonly onRow: () => void;
  stop(): void;
}

/** A bar with rate and time left on a terminal; silence in a pipe. */
export function progressBar(total: number, stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) return { onRow: () => {}, stop: () => {} };
  const bar = new SingleBar({
    stream,
    format: '{bar} {percentage}% | {value}/{total} rows | {rate} rows/s | {eta_formatted} left',
    etaBuffer: 10_000,
    hideCursor: true,
  });
  const began = Date.now();
  let rows = 0;
  bar.start(total, 0, { rate: 0 });
  return {
    onRow() {
      if (++rows % 100 !== 0 && rows !== total) return;
      bar.update(rows, { rate: Math.round((rows * 1_000) / Math.max(1, Date.now() - began)) });
    },
    stop: () => bar.stop(),
  };
}
