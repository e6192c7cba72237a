import { execSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** The few instructions that our Dockerfile uses, carried out without Docker: a stage is a directory. */
interface Instruction {
  readonly name: string;
  readonly rest: string;
}

export interface Image {
  /** Its root directory. */
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  readonly user: string;
  readonly command: readonly string[];
  readonly healthCheck: readonly string[];
}

export function dockerfile(text = readFileSync('Dockerfile', 'utf8')): Instruction[] {
  return text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, name = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
      return { name, rest };
    });
}

/** Copies what .dockerignore lets through: all but the names after `!` is left out. */
export function buildContext(to: string): void {
  const [first, ...names] = readFileSync('.dockerignore', 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (first !== '*' || !names.every((name) => name.startsWith('!')))
    throw new Error('.dockerignore: name what is let in');
  for (const name of names) cpSync(name.slice(1), join(to, name.slice(1)), { recursive: true });
}

/** What the last stage says of the image, without building it. */
export function describeImage(): Omit<Image, 'root'> {
  const instructions = dockerfile();
  const last = instructions.slice(instructions.findLastIndex(({ name }) => name === 'FROM'));
  const restOf = (wanted: string): string => last.find(({ name }) => name === wanted)?.rest ?? '';
  return {
    env: Object.fromEntries(
      restOf('ENV')
        .split(' ')
        .map((pair) => pair.split('=', 2) as [string, string]),
    ),
    user: restOf('USER'),
    command: JSON.parse(restOf('CMD')) as string[],
    healthCheck: JSON.parse(restOf('HEALTHCHECK').replace(/^.*?CMD /, '')) as string[],
  };
}

/**
 * Builds every stage under a directory, as the machine's own Node and npm do it.
 * @throws Error where an instruction fails, or where this does not know it
 */
export function buildImage(context: string, directory: string): Image {
  let stage = '';
  let workdir = '/';
  for (const { name, rest } of dockerfile()) {
    switch (name) {
      case 'FROM': {
        const [from = '', as] = rest.split(/ AS /);
        stage = join(directory, as ?? 'image');
        mkdirSync(stage);
        if (existsSync(join(directory, from))) cpSync(join(directory, from), stage, { recursive: true });
        break;
      }
      case 'WORKDIR':
        workdir = rest;
        mkdirSync(join(stage, workdir), { recursive: true });
        break;
      case 'COPY': {
        const words = rest.split(' ');
        const other = /^--from=(.+)$/.exec(words[0] ?? '')?.[1];
        if (other !== undefined) words.shift();
        const to = join(stage, workdir, words.pop() ?? '');
        for (const word of words) {
          const target = rest.endsWith('/') ? join(to, basename(word)) : to;
          const source = other === undefined ? join(context, word) : join(directory, other, word);
          cpSync(source, target, { recursive: true, verbatimSymlinks: true });
        }
        break;
      }
      case 'RUN':
        // Users are not for a test to make: the image's only other command makes the data directory.
        if (rest.startsWith('npm '))
          execSync(rest, { cwd: join(stage, workdir), stdio: ['ignore', 'ignore', 'inherit'] });
        else if (!rest.startsWith('install -d ')) throw new Error(`unknown command: ${rest}`);
        break;
      case 'ENV':
      case 'USER':
      case 'VOLUME':
      case 'EXPOSE':
      case 'HEALTHCHECK':
      case 'CMD':
        break;
      default:
        throw new Error(`unknown instruction: ${name}`);
    }
  }
  return { root: stage, ...describeImage() };
}
