import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash } from 'node:crypto';
import fc from 'fast-check';
import { COMMITMENT, digestOf } from '../../src/kernel/commitments.js';
import { committed } from '../../src/vault/commitment.js';
import type { PartyId } from '../../src/kernel/ids.js';
import { openSqliteVault } from '../../src/vault/sqlite/sqlite-vault.js';

const SALT = Buffer.alloc(32, 5);

describe('a commitment has the form of RFC 9901', () => {
  // Section 4.2.1 and 4.2.3 (family_name), and 5.1 (given_name): the digest is of the disclosure as it was sent.
  test.each([
    [
      'WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0',
      'X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0',
      ['_26bc4LT-ac6q2KI6cBW5es', 'family_name', 'Möbius'],
    ],
    [
      'WyIyR0xDNDJzS1F2ZUNmR2ZyeU5STjl3IiwgImdpdmVuX25hbWUiLCAiSm9obiJd',
      'jsu9yVulwQQlhFlM_3JlzMaSFzglhQG0DpfayQwLUK4',
      ['2GLC42sKQveCfGfryNRN9w', 'given_name', 'John'],
    ],
  ])('as its examples have it: %s', (disclosure, digest, told) => {
    expect(JSON.parse(Buffer.from(disclosure, 'base64url').toString('utf8'))).toEqual(told);
    expect(hash('sha256', disclosure, 'base64url')).toBe(digest);
    expect(COMMITMENT.test(digest)).toBe(true);
  });

  const python = spawnSync('python3', ['--version']).status === 0;
  (python ? test : test.skip)('and Python, which knows nothing of ours, checks it', () => {
    const value = 'سِجِلّ "x"\n😀\u2028';
    const { disclosure, commitment } = committed(SALT, 'note', value);
    const program = `
import base64, hashlib, json, sys
disclosure = sys.argv[1]
pad = lambda text: text + '=' * (-len(text) % 4)
salt, name, value = json.loads(base64.urlsafe_b64decode(pad(disclosure)))
digest = base64.urlsafe_b64encode(hashlib.sha256(disclosure.encode('ascii')).digest()).rstrip(b'=').decode()
print(json.dumps([digest, name, value, len(base64.urlsafe_b64decode(pad(salt)))]))`;
    const { stdout, stderr } = spawnSync('python3', ['-c', program, disclosure], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([commitment, 'note', value, 32]);
  });

  test('which is base64url, canonical; the form before it was hex', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const [hex, text] = [Buffer.from(bytes).toString('hex'), Buffer.from(bytes).toString('base64url')];
        expect([digestOf(hex), digestOf(text)]).toEqual([hex, hex]);
        const other = text.slice(0, -1) + String.fromCharCode(text.charCodeAt(42) + 1);
        expect(digestOf(other)).toBeUndefined(); // the same bytes, for a decoder that lets it pass
      }),
    );
    for (const text of ['', 'x', '0'.repeat(63), 'A'.repeat(64), 'A'.repeat(44)])
      expect(digestOf(text)).toBeUndefined();
  });
});

/** Written by the program before this form: `vault.db` of format 3, key 32 times 7. */
test('commitments of the form before it stay valid for ever, and open', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vault-golden-'));
  try {
    const path = join(folder, 'vault.db');
    copyFileSync('test/golden/vault/format-3.db', path);
    const vault = openSqliteVault(path, Buffer.alloc(32, 7));
    const person = 'party_b9a97411-f8bc-45b3-aebd-b115bce0e0a8' as PartyId;
    const salt = '241d880f42abdecf930d7a71e9447366aee5add744dc790199739e1771d64206';
    const account = ['sourceAccount', 'SA0380000000608010167519'] as const;
    const first = JSON.stringify(['sijill/commitment/1', salt, person, ...account]);
    const named = 'e5e36796362fea04200947469a62740b088b06c5909bb01ea045a2f1c09515d7';
    expect(hash('sha256', first)).toBe(named);
    expect(await vault.pseudonym('party', '1058529940')).toBe(person);
    expect(await vault.open(named)).toEqual({ person, field: account[0], value: account[1], disclosure: first });
    expect(await vault.formerly(person, ...account)).toBe(named); // what is told again is known again
    expect(await vault.formerly(person, account[0], 'SA1')).not.toBe(named);
    const stranger = 'party_00000000-0000-4000-8000-000000000000' as PartyId;
    expect(await vault.formerly(stranger, ...account)).toBeUndefined();
    const waiting = 'e86474086f3b097f1fff286f6b652d7cd32db9a7645deae3127f5fd27b6eb465';
    expect(await vault.open(waiting)).toMatchObject({ field: 'evidence', value: 'سِجِلّ "x"\n😀' });
    const asked: string[] = [];
    await vault.sweep(async (_stream, digest) => asked.push(digest) > 0);
    expect(asked).toEqual([waiting]);
    await vault.erase(person);
    for (const commitment of [named, waiting]) expect(await vault.open(commitment)).toBeUndefined();
    await vault.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
