import { rmSync } from 'node:fs';
import { StandIn } from '../servers/eventstoredb/stand-in.js';
import { moves } from './moves.js';
import { folder, place } from './moving.js';

const standIns: StandIn[] = [];
afterAll(async () => {
  for (const standIn of standIns) await standIn.dispose();
  rmSync(place, { recursive: true, force: true });
});

moves('EventStoreDB', async () => {
  const standIn = await StandIn.start();
  standIns.push(standIn);
  return { data: folder(), eventStoreUrl: standIn.url };
});
