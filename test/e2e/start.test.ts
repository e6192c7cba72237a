import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server } from './server.js';

const place = mkdtempSync(join(tmpdir(), 'sijill-start-'));
const server = new Server();
beforeAll(() => server.start(), 60_000);
afterAll(async () => {
  await server.dispose();
  rmSync(place, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the built server to its end, which must come by itself. */
function run(args: readonly string[], settings: Readonly<Record<string, string>> = {}): Ended {
  const env = { PATH: process.env['PATH'], PORT: '0', SIJILL_DATA: join(place, 'data'), ...settings };
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/src/main.js', ...args], {
    env,
    encoding: 'utf8',
    timeout: 50_000,
  });
  return { code: status, out: stdout, err: stderr };
}

describe('what keeps a server from starting is said in one line, with what to do', () => {
  test('a port that is taken', () => {
    const { port } = new URL(server.url);
    expect(run([], { PORT: port })).toEqual({
      code: 1,
      out: '',
      err: `sijill: port ${port} of 127.0.0.1 is taken: stop the program that has it, or set PORT to another one (0: any free one)\n`,
    });
  });

  test('a ledger that another process owns: one process owns a file', () => {
    const file = join(server.data, 'ledger.db');
    expect(run([], { SIJILL_DATA: server.data })).toEqual({
      code: 1,
      out: '',
      err: `sijill: ${file} is in use by another writer; stop that one first, or only read\n`,
    });
  });

  test('a tariff that cannot be used: and no ledger is begun under it', () => {
    const tariff = join(place, 'tariff.json');
    writeFileSync(tariff, '{"plans": [], "standardVat": [], "terms": [{"from": "2026-01-01", "version": "v1"}]}');
    const { code, out, err } = run([], { SIJILL_DATA: join(place, 'unbegun'), SIJILL_TARIFF: tariff });
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^sijill: the tariff is not accepted: \/plans .+\n$/);
    expect(readdirSync(place)).not.toContain('unbegun');
  });

  test('a data directory that cannot be one', () => {
    writeFileSync(join(place, 'file'), '');
    const { code, out, err } = run([], { SIJILL_DATA: join(place, 'file', 'below') });
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^sijill: the data directory \S+ cannot be used \(.+\): mend it, or set SIJILL_DATA .+\n$/);
  });

  test('a file of another program, which is left untouched, also where the feed’s thread finds it', () => {
    const data = join(place, 'foreign');
    mkdirSync(data);
    writeFileSync(join(data, 'read-models.db'), 'somebody’s letters, not a database'.repeat(50));
    const { code, err } = run([], { SIJILL_DATA: data });
    expect(code).toBe(1);
    expect(err).toMatch(/^sijill: \S+read-models.db is not an SQLite database, or it is damaged .+\n$/);
  });

  test('events whose vault is gone: other pseudonyms would name the same people', async () => {
    const other = new Server();
    await other.start();
    await other.stop('SIGTERM');
    rmSync(join(other.data, 'vault.db'));
    const { code, err } = run([], { SIJILL_DATA: other.data });
    expect(code).toBe(1);
    expect(err).toMatch(
      /^sijill: \S+ledger.db holds events, but \S+vault.db is gone: restore both of one backup, or .+\n$/,
    );
    await other.dispose();
  });

  test('an argument that does not exist', () => {
    const { code, err } = run(['--port', '3001']);
    expect(code).toBe(1);
    expect(err).toContain('there is no argument --port: set variables (PORT=3001), --help lists them');
  });
});

test('--help names the variables on standard output', () => {
  const { code, out, err } = run(['--help']);
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(/^ {2}SIJILL_DATA /m);
  expect(out.endsWith('\n')).toBe(true);
});

test('what the ledger writes can be read by its owner only', () => {
  const open = readdirSync(server.data).filter((name) => (statSync(join(server.data, name)).mode & 0o077) !== 0);
  expect(open).toEqual([]);
});
