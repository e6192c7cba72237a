import fc from 'fast-check';
import type { Condition, Query, ReadModels, Scalar, Target } from '../../../src/read-models/read-models.js';
import { InMemoryReadModels } from '../../read-models/in-memory.js';
import { at, bury, CONSUMER, live, scanned, things, write, type StartBackend, type Thing } from './backend.js';

/** Few values, so that they meet: ties, missing fields, nulls, and texts whose order differs between encodings. */
const id = fc.constantFrom('a', 'b', 'c', 'd', 'é', '\uffef', '🏛');
const VALUES: Readonly<Record<string, fc.Arbitrary<Scalar>>> = {
  id,
  owner: fc.constantFrom('', 'x', '\uffef', '🏛'),
  state: fc.constantFrom('new', 'paid'),
  size: fc.constantFrom(-1, 0, 2, 10, Number.MAX_SAFE_INTEGER),
  open: fc.boolean(),
  day: fc.constantFrom('2020-01-01', '2020-01-02'),
  'total.size': fc.constantFrom(1, 2),
};
const maybe = (field: string) => fc.option(VALUES[field]!, { nil: null, freq: 3 });
const document = fc.record(
  {
    id,
    owner: maybe('owner'),
    state: maybe('state'),
    size: maybe('size'),
    open: maybe('open'),
    day: maybe('day'),
    total: fc.record({ size: maybe('total.size') }, { requiredKeys: [] }),
  },
  { requiredKeys: ['id'] },
) as fc.Arbitrary<Thing>;

const condition: fc.Arbitrary<Condition> = fc.constantFrom(...Object.keys(VALUES)).chain((field) =>
  fc.record({
    field: fc.constant(field),
    is: fc.constantFrom('eq', 'eq', 'gt', 'gte', 'lt', 'lte'),
    value: VALUES[field]!,
  }),
);
const query: fc.Arbitrary<Query> = fc.constantFrom(...Object.keys(VALUES)).chain((field) =>
  fc.record(
    {
      where: fc.array(condition, { maxLength: 3 }),
      sort: fc.record({ field: fc.constant(field), direction: fc.constantFrom('asc', 'desc') }),
      limit: fc.integer({ min: 1, max: 8 }),
      after: field === 'id' ? id.map((value) => ({ value, id: value })) : fc.record({ value: maybe(field), id }),
    },
    { requiredKeys: ['sort'] },
  ),
) as fc.Arbitrary<Query>;

type Step =
  | { readonly do: 'write'; readonly documents: readonly Thing[]; readonly buried: readonly string[] }
  | { readonly do: 'stale'; readonly document: Thing }
  | { readonly do: 'query'; readonly query: Query }
  | { readonly do: 'begin' | 'finish' | 'target' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      documents: fc.array(document, { maxLength: 4 }),
      buried: fc.array(id, { maxLength: 1 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stale' as const), document }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('query' as const), query }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('begin' as const, 'finish' as const, 'target' as const) }) },
);

/** One store under test, driven by steps; what it answers is compared with the plain model's answers. */
class Driver {
  #target: Target = live;
  #rebuild: Target | undefined;
  #sequence = 0;

  constructor(readonly models: ReadModels) {}

  async take(each: Step): Promise<unknown> {
    switch (each.do) {
      case 'write':
        return this.#write(each.documents, each.buried);
      case 'stale':
        return this.models.apply(this.#target, CONSUMER, [write(each.document, 99_999, 77_777)], at(1)).catch(nameOf);
      case 'query':
        return [
          await this.models.query(things, each.query),
          await this.models.queryJson(things, each.query).then(({ json }) => JSON.parse(json.toString()).items.length),
          await this.models.count(things, each.query.where),
        ];
      case 'begin':
        this.#rebuild = await this.models.beginRebuild(things);
        this.#target = live;
        return;
      case 'target':
        if (this.#rebuild) this.#target = this.#target === live ? this.#rebuild : live;
        return;
      case 'finish':
        if (this.#rebuild) await this.models.finishRebuild(this.#rebuild, CONSUMER);
        this.#rebuild = undefined;
        this.#target = live;
        return scanned(this.models);
    }
  }

  /** As a fold does it: load, then write on condition of what was read. */
  async #write(documents: readonly Thing[], buried: readonly string[]): Promise<unknown> {
    const latest = new Map(documents.map((each) => [each.id, each]));
    const ids = [...new Set([...latest.keys(), ...buried])];
    const read = new Map((await this.models.load(this.#target, ids)).map((each) => [each.id, each]));
    this.#sequence += 1;
    const writes = ids.map((each) => {
      const stored = read.get(each);
      const previous = stored?.sequence ?? null;
      const found = latest.get(each);
      const isLeft = found !== undefined && !buried.includes(each);
      const next = isLeft ? write(found, this.#sequence, previous) : bury(each, this.#sequence, previous);
      // Every other time with what it was: that may spare work, and must change nothing.
      return stored !== undefined && this.#sequence % 2 === 0 ? { ...next, was: stored.document } : next;
    });
    await this.models.apply(this.#target, CONSUMER, writes, at(this.#sequence));
    return [ids.map((each) => read.get(each)), await this.models.checkpoint(CONSUMER), await scanned(this.models)];
  }
}

const nameOf = (error: Error) => error.name;

export function modelled(start: StartBackend, runs = 150): void {
  test('answers as a plain model does, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const backend = await start();
        try {
          const tested = new Driver(await backend.open());
          const plain = new Driver(new InMemoryReadModels());
          for (const { models } of [tested, plain]) await models.open([things]);
          for (const each of steps) expect(await tested.take(each)).toEqual(await plain.take(each));
        } finally {
          await backend.dispose();
        }
      }),
      { numRuns: runs },
    );
  });
}
