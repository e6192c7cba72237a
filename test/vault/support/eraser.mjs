// Erases one person after the other and tells of each, until it is killed.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [root = '', path = '', masterKey = '', ...persons] = process.argv.slice(2);
const { openSqliteVault } = await import(pathToFileURL(join(root, 'src/vault/sqlite/sqlite-vault.js')).href);
const vault = openSqliteVault(path, Buffer.from(masterKey, 'hex'));
for (const person of persons) {
  await vault.erase(person);
  process.send?.(person);
}
