/**
 * A process that folds under a lease until it loses it: `node folding-process.js PROGRAM URI LIFETIME_MS PACE_MS`. It
 * says `held TOKEN` when it has begun to move its checkpoint, one event after the other, for ever; and `lost` and
 * `refused NAME` when it notices.
 */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import mongoose from 'mongoose';

const [, , program = '', uri = '', lifetimeMs = '', paceMs = ''] = process.argv;
const say = (/** @type {(string | number)[]} */ ...words) => writeSync(1, `${words.join(' ')}\n`);
const { openMongoLeases } = await import(join(program, 'src/leases/mongo/mongo-leases.js'));
const { acquire } = await import(join(program, 'src/leases/leases.js'));
const { openMongoReadModels } = await import(join(program, 'src/read-models/mongo/mongo-read-models.js'));

const things = { name: 'things', version: 1, schema: new mongoose.Schema({ _id: String }) };
const leases = await openMongoLeases(uri, { lifetimeMs: Number(lifetimeMs), paceMs: Number(paceMs) });
const models = await openMongoReadModels(uri);
const lease = await acquire(leases, 'projections', new AbortController().signal);
lease.lost.addEventListener('abort', () => say('lost'));
await models.takeOver(lease.token);
await models.open([things]);
for (let count = 1; ; count++) {
  try {
    await models.apply({ model: things, generation: 'live' }, 'thing-list', [], { position: `p${count}`, count });
  } catch (/** @type {any} */ error) {
    say('refused', error.name);
    break;
  }
  if (count === 10) say('held', lease.token);
}
if (!lease.lost.aborted) await new Promise((resolve) => lease.lost.addEventListener('abort', resolve));
process.exit(0);
