/**
 * What a CPU profile says of a thread: its own time by file, the largest first, idle time left out.
 * `node dist/bench/shares.js PROFILE [SECONDS]`: the last seconds before its end, which leaves out how it started.
 */
import { readFileSync } from 'node:fs';

interface Profile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: Frame }[];
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

interface Frame {
  readonly functionName: string;
  readonly url: string;
}

const SHOWN = 25;
const [path = '', seconds = 'Infinity'] = process.argv.slice(2);
const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(path, 'utf8')) as Profile;
const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
const own = new Map<string, number>();
let busy = 0;
let left = 1e6 * Number(seconds);
for (let i = samples.length - 1; i >= 0 && left > 0; i--) {
  const took = timeDeltas[i] as number;
  left -= took;
  const name = nameOf(frames.get(samples[i] as number) as Frame);
  if (name === '(idle)') continue;
  own.set(name, (own.get(name) ?? 0) + took);
  busy += took;
}
for (const [name, took] of [...own].sort(([, a], [, b]) => b - a).slice(0, SHOWN)) {
  process.stdout.write(`${((100 * took) / busy).toFixed(1).padStart(5)} %  ${name}\n`);
}

/** A package, a file of ours or of Node; what is built in, by its own name. */
function nameOf({ functionName, url }: Frame): string {
  if (url === '') return functionName === '' ? '(native)' : functionName;
  const [, dependency] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  return dependency ?? url.replace(/^.*\/dist\//, '');
}
