import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMasterKey, parseMasterKey } from '../../src/vault/master-key.js';
import { VaultLocked } from '../../src/vault/vault.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'key-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const refusal = (load: () => unknown): VaultLocked => {
  try {
    load();
  } catch (error) {
    expect(error).toBeInstanceOf(VaultLocked);
    return error as VaultLocked;
  }
  throw new Error('it was accepted');
};

describe('SIJILL_MASTER_KEY', () => {
  test('is 32 bytes as base64, URL-safe base64 or hex', () => {
    for (const key of [randomBytes(32), Buffer.alloc(32, 0xff), Buffer.alloc(32, 0xfb)]) {
      for (const encoding of ['base64', 'base64url', 'hex'] as const) {
        expect(parseMasterKey(` ${key.toString(encoding)}\n`, 'it').equals(key)).toBe(true);
      }
      expect(parseMasterKey(key.toString('hex').toUpperCase(), 'it').equals(key)).toBe(true);
    }
  });

  test('of another length or form is refused without being shown', () => {
    const key = randomBytes(33);
    const malformed = [
      'secret',
      key.toString('base64'),
      key.toString('hex'),
      key.subarray(0, 31).toString('base64'),
      key.subarray(0, 31).toString('hex'),
      `${key.subarray(0, 32).toString('base64').slice(0, -1)}!`,
      `!${key.subarray(0, 32).toString('base64')}`,
      `${key.subarray(0, 32).toString('hex')}00`,
    ];
    for (const text of malformed) {
      const error = refusal(() => parseMasterKey(text, 'SIJILL_MASTER_KEY'));
      expect(error.code).toBe('MASTER_KEY_MALFORMED');
      expect(error.message).toMatch(/^SIJILL_MASTER_KEY must be 32 bytes as base64 or hex/);
      expect(error.message).not.toContain(text);
    }
  });

  test('goes before the key file, and makes none', () => {
    const key = randomBytes(32);
    expect(loadMasterKey(home, key.toString('base64')).equals(key)).toBe(true);
    expect(loadMasterKey(home, key).equals(key)).toBe(true);
    expect(readdirSync(home)).toEqual([]);
  });
});

describe('the generated key file', () => {
  test('is made once, for its owner alone, in a data directory made if missing', () => {
    const data = join(home, 'deep', 'data');
    const key = loadMasterKey(data);
    expect(key).toHaveLength(32);
    expect(statSync(data).mode & 0o777).toBe(0o700);
    expect(readdirSync(data)).toEqual(['master.key']);
    expect(statSync(join(data, 'master.key')).mode & 0o777).toBe(0o600);
    expect(loadMasterKey(data).equals(key)).toBe(true);
    expect(loadMasterKey(data, '').equals(key)).toBe(true);
    expect(loadMasterKey(join(home, 'other')).equals(key)).toBe(false);
  });

  test('that others can use is refused with the command that mends it', () => {
    loadMasterKey(home);
    const path = join(home, 'master.key');
    for (const mode of [0o640, 0o604, 0o620, 0o666]) {
      chmodSync(path, mode);
      const error = refusal(() => loadMasterKey(home));
      expect(error.code).toBe('KEY_FILE_PERMISSIONS');
      expect(error.message).toContain(`run chmod 600 ${path}`);
    }
    chmodSync(path, 0o400);
    expect(loadMasterKey(home)).toHaveLength(32);
  });

  test('is never made anew beside a vault that it could not open', () => {
    writeFileSync(join(home, 'vault.db'), '');
    const error = refusal(() => loadMasterKey(home));
    expect(error.code).toBe('KEY_FILE_MISSING');
    expect(error.message).toContain(`restore ${join(home, 'master.key')}`);
    expect(existsSync(join(home, 'master.key'))).toBe(false);
  });

  test('that is cut short is refused and left as it is', () => {
    const path = join(home, 'master.key');
    writeFileSync(path, 'c2hvcnQ=', { mode: 0o600 });
    expect(refusal(() => loadMasterKey(home)).code).toBe('MASTER_KEY_MALFORMED');
    expect(readFileSync(path, 'utf8')).toBe('c2hvcnQ=');
  });
});
