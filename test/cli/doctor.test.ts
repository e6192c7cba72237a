import { jest } from '@jest/globals';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { diskFindings } from '../../src/cli/doctor/files.js';
import { worstOf, type Finding } from '../../src/cli/doctor/findings.js';
import { clockFindings } from '../../src/cli/doctor/log.js';
import { doctorCommand } from '../../src/cli/doctor.js';
import { SqliteEventReader } from '../../src/event-store/sqlite/reader.js';
import { openSqliteEventReader } from '../../src/event-store/sqlite/sqlite-event-store.js';
import { Server, until } from '../e2e/server.js';
import { byHand } from './refolding/damage.js';
import { folder, newLedger, place, sijill } from './moving.js';

afterAll(() => rmSync(place, { recursive: true, force: true }));

interface Said {
  readonly code: number | null;
  readonly worst: string;
  readonly findings: readonly Finding[];
}

async function doctor(settings: Readonly<Record<string, string>>, ...args: string[]): Promise<Said> {
  const { code, out, err } = await sijill(['doctor', '--json', ...args], {
    SIJILL_URL: 'http://127.0.0.1:9',
    ...settings,
  });
  expect(err).toBe('');
  return { code, ...(JSON.parse(out) as Omit<Said, 'code'>) };
}
const amiss = ({ findings }: Said): readonly Finding[] =>
  findings.filter(({ level }) => level === 'warning' || level === 'error');

describe('sijill doctor', () => {
  test('finds nothing amiss in a ledger that a server has just begun and has open', async () => {
    const server = new Server();
    await server.start();
    const { code, worst, findings } = await doctor({ SIJILL_DATA: server.data, SIJILL_URL: server.url });
    const disk = findings.filter(({ check }) => check === 'disk');
    expect(findings.filter(({ level, check }) => check !== 'disk' && level !== 'ok' && level !== 'note')).toEqual([]);
    if (disk[0]!.level === 'ok') expect([code, worst]).toEqual([0, 'note']);
    const checks = [...new Set(findings.map(({ check }) => check))];
    expect(checks).toEqual([
      'configuration',
      'disk',
      'permissions',
      'integrity',
      'events',
      'clock',
      'read models',
      'vault',
      'transparency',
      'server',
    ]);
    expect(findings.at(-1)!.said).toBe(`it answers at ${server.url}, and is ready`);

    // What the key's owner may read, others may not.
    chmodSync(join(server.data, 'master.key'), 0o644);
    const opened = amiss(await doctor({ SIJILL_DATA: server.data })).filter(({ check }) => check !== 'disk');
    expect(opened.map(({ check, level }) => [check, level])).toEqual([
      ['permissions', 'error'],
      ['vault', 'error'],
    ]);
    expect(opened[0]!.todo).toContain(`run chmod 600 ${join(server.data, 'master.key')}`);
    await server.dispose();
  });

  test('names every fault of the configuration, and looks no further', async () => {
    const { code, findings } = await doctor({ PORT: 'x', SIJILL_DAAT: 'y' });
    expect(code).toBe(4);
    expect(findings.map(({ check, level }) => [check, level])).toEqual([
      ['configuration', 'error'],
      ['configuration', 'error'],
    ]);
  });

  test('an environment that has no ledger yet has nothing amiss', async () => {
    const { code, findings } = await doctor({ SIJILL_DATA: join(folder(), 'none') });
    expect([code, findings.every(({ level }) => level !== 'error')]).toEqual([0, true]);
    expect(findings.map(({ said }) => said).join()).toContain('sijill serve begins a ledger');
  });

  test('finds a damaged file, and consumers that have come further than the ledger', async () => {
    const data = await newLedger();
    byHand(data, () => `UPDATE checkpoints SET count = 100000 WHERE consumer = 'receipts'`);
    const vault = join(data, 'elsewhere');
    mkdirSync(vault, { mode: 0o700 });
    const settings = { SIJILL_DATA: data, SIJILL_VAULT: vault };
    const found = amiss(await doctor(settings));
    expect(found.map(({ check, said }) => [check, said])).toEqual(
      expect.arrayContaining([
        ['read models', expect.stringMatching(/^receipts has taken 100,000 events, and the ledger has \d+$/)],
        ['vault', expect.stringContaining('is gone: restore both of one backup')],
      ]),
    );

    const file = join(data, 'ledger.db');
    const bytes = readFileSync(file);
    bytes.fill(0xee, 4_096 * 3, 4_096 * 4);
    writeFileSync(file, bytes);
    const { code, findings } = await doctor(settings);
    expect(code).toBe(4);
    expect(findings).toContainEqual({
      check: 'integrity',
      level: 'error',
      said: expect.stringContaining('ledger.db'),
      todo: expect.stringContaining('restore it from a back-up'),
    });
    expect((await doctor(settings, '--skip-integrity')).findings.some(({ check }) => check === 'integrity')).toBe(
      false,
    );
  });

  test('leaves no file open, whatever it finds in it', async () => {
    const data = await newLedger();
    const file = join(data, 'ledger.db');
    const bytes = readFileSync(file);
    bytes.fill(0xee, 4_096 * 12);
    writeFileSync(file, bytes);
    const closed = jest.spyOn(SqliteEventReader.prototype, 'close');
    const printed = jest.spyOn(process.stdout, 'write').mockImplementation((_text, ...more) => {
      (more.at(-1) as (() => void) | undefined)?.();
      return true;
    });
    const before = { ...process.env };
    Object.assign(process.env, { SIJILL_DATA: data, SIJILL_URL: 'http://127.0.0.1:9' });
    try {
      expect(await doctorCommand.run(['--json', '--skip-integrity'])).toBe(4);
      expect(String(printed.mock.calls[0]![0])).toContain('"check":"events","level":"error"');
      expect(closed).toHaveBeenCalledTimes(1);
    } finally {
      process.env = before;
      jest.restoreAllMocks();
    }
  });

  test('says how far the transparency log is, by whose key, and where none is kept', async () => {
    const server = new Server();
    await server.start();
    const settings = { SIJILL_DATA: server.data };
    const found = async (more: Readonly<Record<string, string>> = {}): Promise<Finding> =>
      (await doctor({ ...settings, ...more })).findings.find(({ check }) => check === 'transparency')!;
    const signed = await until(found, ({ level }) => level === 'ok');
    expect(signed.said).toBe('1 events are signed by the key of sijill.localhost/ledger');
    expect(await found({ SIJILL_LOG_KEY: '0f'.repeat(32) })).toMatchObject({
      level: 'error',
      said: expect.stringContaining('is not of the key of sijill.localhost/ledger'),
    });
    await server.stop('SIGTERM');
    const none = { MONGODB_URI: 'mongodb://127.0.0.1:9/none' };
    expect(await found(none)).toMatchObject({
      level: 'warning',
      said: 'no transparency log is kept: MONGODB_URI is set, and LOG_MONGODB_URI is not',
      todo: expect.stringContaining('set LOG_MONGODB_URI and SIJILL_LOG_KEY_FILE'),
    });
    await server.dispose();
  }, 120_000);

  test('a clock behind the last event is an error, one that is ahead is none', async () => {
    const reader = openSqliteEventReader(join(await newLedger(), 'ledger.db'));
    const last = Date.parse((await reader.last())!.event.recordedAt);
    expect(await clockFindings(reader, last)).toMatchObject([{ level: 'ok' }]);
    expect(await clockFindings(reader, last + 86_400_000)).toMatchObject([{ level: 'ok' }]);
    expect(await clockFindings(reader, last - 3_600_000)).toMatchObject([
      { level: 'error', said: expect.stringContaining('is 1 h 0 min behind the last event'), todo: expect.any(String) },
    ]);
    await reader.close();
  });

  test.each([
    [1e12, 'ok'],
    [1e9, 'warning'],
    [1e8, 'error'],
  ])('%d free bytes: %s', (free, level) => {
    expect(worstOf(diskFindings('data', free).map((found) => ({ check: 'disk', ...found })))).toBe(level);
  });
});
