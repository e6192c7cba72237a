import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { own, share, StoreOwned } from '../../src/sqlite/ownership.js';
import { place } from './places.js';

const OWNERSHIP = fileURLToPath(new URL('../../src/sqlite/ownership.js', import.meta.url));

test('a file has one owner until it is given up', () => {
  const path = join(place(), 'a.db');
  const disown = own(path);
  expect(() => own(path)).toThrow(StoreOwned);
  expect(() => own(path)).toThrow(/in use by another writer/);
  own(`${path}2`)();
  disown();
  own(path)();
});

test('a file that is shared has no owner, and one that has an owner is not shared', () => {
  const path = join(place(), 'a.db');
  const shares = [share(path), share(path)];
  expect(() => own(path)).toThrow(StoreOwned);
  shares[0]!();
  expect(() => own(path)).toThrow(StoreOwned);
  shares[1]!();
  const disown = own(path);
  expect(() => share(path)).toThrow(/has an owner at the moment/);
  disown();
  share(path)();
});

test('another name for the same file is the same file', () => {
  const directory = place();
  mkdirSync(join(directory, 'real'));
  symlinkSync(join(directory, 'real'), join(directory, 'link'));
  const path = join(directory, 'real', 'a.db');
  const before = own(path);
  expect(() => own(join(directory, 'link', 'a.db'))).toThrow(StoreOwned);
  before();
  writeFileSync(path, '');
  symlinkSync(path, join(directory, 'b.db'));
  const after = own(path);
  expect(() => own(join(directory, 'b.db'))).toThrow(StoreOwned);
  after();
});

test('another process is refused as well, and kill -9 frees the file', async () => {
  const path = join(place(), 'a.db');
  const script = `import { own } from ${JSON.stringify(OWNERSHIP)}; own(process.argv[1]); console.log('mine'); setInterval(() => {}, 1e6)`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(owner.stdout, 'data');
  expect(() => own(path)).toThrow(StoreOwned);
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  own(path)();
});
