// Changes a vault's master key, and tells how far it is, until it is killed.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [root = '', path = '', old = '', next = ''] = process.argv.slice(2);
const load = (/** @type {string} */ file) => import(pathToFileURL(join(root, 'src/vault', file)).href);
const { openSqliteKeyRing } = await load('sqlite/sqlite-key-ring.js');
const { rotateKey } = await load('rotating/rotate-key.js');

const ring = openSqliteKeyRing(path);
const told = (/** @type {string} */ step) => (/** @type {number} */ done) => process.send?.(`${step} ${done}`);
const watch = { signal: new AbortController().signal, checked: told('checked'), rewrapped: told('rewrapped') };
await rotateKey(ring, Buffer.from(old, 'hex'), Buffer.from(next, 'hex'), watch);
await ring.close();
