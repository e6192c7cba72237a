import { appending } from './event-store/appending.js';
import { following } from './event-store/following.js';
import { limits } from './event-store/limits.js';
import { modelled } from './event-store/modelled.js';
import { reading } from './event-store/reading.js';
import { killing } from './event-store/killing.js';
import type { OpenKillable, OpenStore } from './event-store/opened.js';

export type { OpenedStore, OpenStore } from './event-store/opened.js';

/**
 * The laws of DESIGN.md, Event store: every adapter passes them. Each test opens a store of its own.
 * @param openKillable absent for what lives in memory only
 */
export function eventStoreContract(name: string, open: OpenStore, openKillable?: OpenKillable): void {
  describe(`${name} keeps the laws of an event store`, () => {
    describe('appending', () => appending(open));
    describe('limits and bad data', () => limits(open));
    describe('reading', () => reading(open));
    describe('following', () => following(open));
    describe('against a plain model', () => modelled(open));
    if (openKillable !== undefined) describe('killed', () => killing(openKillable));
  });
}
