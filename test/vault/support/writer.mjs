// Adds to a vault as fast as it can and tells each answer, until it is killed.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [root = '', path = '', masterKey = '', round = ''] = process.argv.slice(2);
const { openSqliteVault } = await import(pathToFileURL(join(root, 'src/vault/sqlite/sqlite-vault.js')).href);
const vault = openSqliteVault(path, Buffer.from(masterKey, 'hex'));

for (let i = 0; ; i++) {
  const identities = Array.from({ length: 8 }, (_, n) => `round ${round}, subject ${i}.${n}`);
  const answers = await Promise.all(
    identities.map(async (identity) => {
      const person = await vault.pseudonym('actor', identity);
      const commitment = await vault.seal(person, 'phone', identity, '00000000-0000-4000-8000-000000000000');
      await vault.keep([commitment], 'receipt-00000000-0000-4000-8000-000000000000');
      return { identity, person, commitment };
    }),
  );
  for (const answer of answers) process.send?.(answer);
}
