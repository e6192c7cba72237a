import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

test('README lists the commands as sijill --help does', () => {
  const { stdout } = spawnSync(process.execPath, ['dist/src/cli/main.js', '--help'], { encoding: 'utf8' });
  const [, list] = /\n\n((?: {2}.*\n)+)\nEach says/.exec(stdout)!;
  expect(readFileSync('README.md', 'utf8')).toContain(`\n${list}`);
});
