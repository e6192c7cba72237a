import fc from 'fast-check';
import { askedFor } from '../../projections/audit/officers/sides.js';
import { flattened, treesOf } from '../../projections/audit/trace/tree.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { envelope, newStream } from '../event-store/envelopes.js';
import { actor, id } from '../given.js';

test('a trace holds each event once, behind its cause and one deeper; who has no cause among them begins a tree', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat()), { maxLength: 40 }), (causes) => {
      const flow = causes.map((cause, at) => {
        const above = cause === null || at === 0 ? undefined : id(`event ${cause % at}`);
        const event = envelope(newStream(), 0, {
          id: id(`event ${at}`) as never,
          ...(above && { causation: above as never }),
        });
        return { event };
      });
      const lines = flattened(treesOf(flow));
      expect(new Set(lines.map(({ of }) => of))).toEqual(new Set(flow));
      expect(lines).toHaveLength(flow.length);
      for (const [at, { of, depth }] of lines.entries()) {
        const { causation } = of.event;
        if (causation === undefined) expect(depth).toBe(0);
        else {
          const above = lines.slice(0, at).findLast((line) => line.depth === depth - 1);
          expect(above?.of.event.id).toBe(causation);
        }
      }
    }),
  );
});

test('four eyes: a decision’s other side is who made the request that it names, or who prepared what names none', () => {
  const stream = newStream();
  const [huda, omar] = [actor('huda', 'clerk'), actor('omar', 'approver')];
  const happened = (revision: number, type: string, by: Envelope['actor'], data: object = {}): Envelope =>
    envelope(stream, revision, { type: `debts.${type}`, actor: by, data: data as never });
  const drafted = happened(0, 'DebtDrafted', huda);
  const edited = happened(1, 'DraftEdited', omar);
  const registered = happened(2, 'DebtRegistered', omar);
  const [first, second] = ['a', 'b'].map((request, i) => happened(3 + i, 'UpdateRequested', huda, { request }));
  const declined = happened(5, 'RequestDeclined', omar, { request: 'b' });
  const before = [drafted, edited, registered, first!, second!];
  expect(askedFor(registered, before.slice(0, 2)).map(({ event }) => event)).toEqual([drafted.id, edited.id]);
  expect(askedFor(declined, before).map(({ event }) => event)).toEqual([second!.id]);
  expect(askedFor(first!, before.slice(0, 3))).toEqual([]);
});
