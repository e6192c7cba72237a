import type { StartBackend } from './read-models/backend.js';
import { modelled } from './read-models/modelled.js';
import { querying } from './read-models/querying.js';
import { redelivering } from './read-models/redelivering.js';
import { rebuilding } from './read-models/rebuilding.js';
import { writing } from './read-models/writing.js';

export type { Backend, StartBackend } from './read-models/backend.js';

/** The read-model port (DESIGN.md, Read-model port): every adapter passes it. Each test starts a store of its own. */
export function readModelsContract(name: string, start: StartBackend): void {
  describe(`${name} keeps the laws of read models`, () => {
    describe('writing', () => writing(start));
    describe('querying', () => querying(start));
    describe('redelivering', () => redelivering(start));
    describe('rebuilding', () => rebuilding(start));
    describe('against a plain model', () => modelled(start));
  });
}
