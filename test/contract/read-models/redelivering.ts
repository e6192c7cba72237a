import fc from 'fast-check';
import type { Projection } from '../../../src/feed/consumers.js';
import type { FeedEvent, FeedPage } from '../../../src/feed/feed-page.js';
import { Projector } from '../../../src/feed/projector.js';
import { StaleWrite, type Checkpoint, type ReadModels } from '../../../src/read-models/read-models.js';
import { at, CONSUMER, live, scanned, things, type StartBackend, type Thing } from './backend.js';

interface Happening {
  readonly ids: readonly string[];
  readonly size: number | null;
}

/** What a document keeps before it is sealed. */
const MOST = 3;
const historyOf = (document: Thing | null): readonly number[] => (document?.['history'] as number[] | undefined) ?? [];

/**
 * Keeps all that happened to a document, in order, some of it in documents that are sealed: what is folded twice, or
 * left out, shows.
 */
const projection: Projection<Thing> = {
  name: CONSUMER,
  model: things,
  types: '*',
  identify: (event) => (event as unknown as Happening).ids,
  evolve(document, { event, sequence }, id) {
    const { size } = event as unknown as Happening;
    if (size === null) return null;
    return { id, size, history: [...historyOf(document), sequence] };
  },
  seal(document) {
    const history = historyOf(document);
    if (history.length < MOST) return null;
    return { sealed: { ...document, id: `${document.id}@${history[0]}` }, rest: { ...document, history: [] } };
  },
};

const eventAt = ({ ids, size }: Happening, sequence: number): FeedEvent =>
  ({ sequence, position: at(sequence + 1).position, event: { type: 'things.Happened', ids, size } }) as never;

/** What the documents are, by every event once and in order. */
function plainFold(events: readonly FeedEvent[]): ReadonlyMap<string, Thing> {
  const documents = new Map<string, Thing | null>();
  for (const each of events) {
    for (const id of projection.identify(each.event, each.sequence)) {
      const document = projection.evolve(documents.get(id) ?? null, each, id);
      const parts = document && projection.seal?.(document);
      if (parts) documents.set(parts.sealed.id, parts.sealed);
      documents.set(id, parts ? parts.rest : document);
    }
  }
  return new Map([...documents].filter((entry): entry is [string, Thing] => entry[1] !== null));
}

/** A process that folds, as the feed's runner does it; between reading and writing others may come. */
class Folder {
  readonly #projector: Projector;
  #taken: Checkpoint | undefined;
  #meanwhile: () => Promise<void> = async () => undefined;

  constructor(
    private readonly models: ReadModels,
    private readonly events: readonly FeedEvent[],
  ) {
    const load: ReadModels['load'] = async (target, ids) => {
      const found = await models.load(target, ids);
      await this.#meanwhile();
      return found;
    };
    const apply: ReadModels['apply'] = (...batch) => models.apply(...batch);
    this.#projector = new Projector(projection, { load, apply } as ReadModels);
  }

  get isAtEnd(): boolean {
    return this.#taken?.count === this.events.length;
  }

  async take(length: number, meanwhile: () => Promise<void>): Promise<void> {
    const from = this.#taken;
    const start = from?.count ?? 0;
    const events = this.events.slice(start, start + length);
    if (events.length === 0) return;
    const page: FeedPage = { from, events, end: at(start + events.length), atEnd: false };
    this.#meanwhile = meanwhile;
    try {
      this.#taken = await this.#projector.fold(live, page, from);
    } catch (error) {
      if (!(error instanceof StaleWrite)) throw error;
      this.#taken = await this.models.checkpoint(CONSUMER);
    }
  }
}

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const happening: fc.Arbitrary<Happening> = fc.record({
  ids: fc.uniqueArray(id, { minLength: 1, maxLength: 3 }),
  size: fc.option(fc.nat(9), { freq: 4 }),
});
const turn = fc.record({
  who: fc.constantFrom(0, 1),
  length: fc.integer({ min: 1, max: 5 }),
  /** Pages that the other takes between this one's reading and its writing. */
  between: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 2 }),
});

/** What comes and goes within a page of one process, while the other still stands before it. */
const CAME_AND_WENT: readonly Happening[] = [1, null, 2].map((size) => ({ ids: ['a'], size }));
const BEHIND = [
  { who: 1, length: 2, between: [] },
  { who: 1, length: 1, between: [1] },
];

/** One goes on behind what the other took, from documents of its own that are no longer those that are stored. */
const OVERTAKEN: readonly Happening[] = [
  { ids: ['a'], size: 0 },
  { ids: ['e'], size: null },
  { ids: ['a'], size: null },
  { ids: ['a'], size: null },
  { ids: ['a'], size: null },
  { ids: ['a'], size: 0 },
  { ids: ['a'], size: 0 },
];
const BEHIND_AGAIN = [
  { who: 0, length: 1, between: [1] },
  { who: 1, length: 1, between: [4] },
  { who: 1, length: 2, between: [] },
];

/** DESIGN.md, Projection: delivering events twice, or stopping in the middle, changes nothing. */
export function redelivering(start: StartBackend, runs = 40): void {
  test('two processes that fold the same consumer, page by page in any order, make what one makes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { minLength: 1, maxLength: 20 }),
        fc.array(turn, { maxLength: 12 }),
        async (happenings, turns) => {
          const backend = await start();
          try {
            const events = happenings.map(eventAt);
            const stores = [await backend.open(), await backend.open()];
            for (const store of stores) await store.open([things]);
            const folders = stores.map((store) => new Folder(store, events));
            for (const { who, length, between } of turns) {
              const other = folders[1 - who]!;
              await folders[who]!.take(length, async () => {
                for (const each of between) await other.take(each, async () => undefined);
              });
            }
            while (!folders[0]!.isAtEnd) await folders[0]!.take(7, async () => undefined);
            const found = (await scanned(stores[0]!)).map(({ document }) => [document!.id, document]);
            expect(new Map(found as [string, Thing][])).toEqual(plainFold(events));
            expect(await stores[1]!.checkpoint(CONSUMER)).toEqual(at(events.length));
          } finally {
            await backend.dispose();
          }
        },
      ),
      {
        numRuns: runs,
        examples: [
          [[...CAME_AND_WENT], BEHIND],
          [[...OVERTAKEN], BEHIND_AGAIN],
        ],
      },
    );
  });
}
