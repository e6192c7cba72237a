import 'reflect-metadata';
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const Database = require('libsql') as new (p: string) => { exec(s: string): void };
new Database(':memory:').exec('select 1');
console.log('ok');
