import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { transformFileSync } from '@swc/core';

/**
 * The source folders as Node can load them without Jest, for tests that need a process of their own to kill.
 * @returns a directory that holds `src/…` as JavaScript; the caller removes it
 */
export function transpiled(folders: readonly string[]): string {
  const target = realpathSync(mkdtempSync(join(tmpdir(), 'sijill-src-')));
  writeFileSync(join(target, 'package.json'), '{"type":"module"}');
  symlinkSync(join(process.cwd(), 'node_modules'), join(target, 'node_modules'));
  for (const folder of folders) {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const [from, to] = [join(folder, name), join(target, folder, name)];
      mkdirSync(dirname(to), { recursive: true });
      if (name.endsWith('.js')) cpSync(from, to);
      if (name.endsWith('.ts')) {
        const { code } = transformFileSync(from, {
          jsc: {
            target: 'es2022',
            parser: { syntax: 'typescript', decorators: true },
            transform: { legacyDecorator: true, decoratorMetadata: true },
          },
          module: { type: 'es6' },
        });
        writeFileSync(to.replace(/\.ts$/, '.js'), code);
      }
    }
  }
  return target;
}
