import { accessLog } from '../../projections/reports/access-log.js';
import { retention } from '../../projections/reports/retention.js';
import type { NewEvent, Role } from '../../src/kernel/envelope.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { actor, id, party } from '../given.js';
import { rowsOf, shown } from './reporting.js';

/* Reports 17 and 18: what events of parties become in them. */

const [SAMI, MONA, MINISTRY, BANK] = ['sami', 'mona', 'ministry', 'bank'].map((name) => party(name)) as [
  ReturnType<typeof party>,
  ReturnType<typeof party>,
  ReturnType<typeof party>,
  ReturnType<typeof party>,
];
const YEAR = { from: '2026-01-01', to: '2026-12-31' };

let events = 0;

/** An event as it is stored, as far as these reports look. */
function stored(
  type: string,
  on: string,
  data: object,
  { by = 'huda', role = 'clerk' as Role | 'system', of = MINISTRY, refs = {}, named = `event ${++events}` } = {},
): Envelope {
  const who = actor(by, role, of);
  const at = `${on}T09:00:00.000Z`;
  return {
    id: id(named),
    type,
    effectiveOn: on,
    recordedAt: at,
    actor: who,
    refs,
    data,
    entries: [],
  } as never as Envelope<string, NewEvent['data']>;
}

const read = (of: string, on: string, purpose: string, more: Parameters<typeof stored>[3] = {}): Envelope =>
  stored('parties.PersonalDataRead', on, { party: of, fields: ['identifier', 'name'], purpose }, more);

describe('17 access log', () => {
  const log = [
    read(SAMI, '2025-12-31', 'review'),
    read(SAMI, '2026-01-01', 'identification'),
    read(MONA, '2026-02-01', 'collection', { by: 'omar', refs: { debt: id('debt') } }),
    read(SAMI, '2026-03-01', 'own-access', { by: 'sami', role: 'debtor', of: SAMI }),
    read(SAMI, '2026-12-31', 'audit', { by: 'noura', role: 'auditor', of: BANK }),
    read(SAMI, '2027-01-01', 'audit'),
  ];
  const asked = async (more: Record<string, string> = {}): Promise<unknown[][]> =>
    shown(await rowsOf(accessLog, log, { ...YEAR, ...more }), 'sequence', 'purpose');

  test('is each reading of its days, in the order of the log: who, in which role, for whom, whose, which fields, why, on what', async () => {
    const rows = await rowsOf(accessLog, log, YEAR);
    expect(rows).toHaveLength(4);
    expect(rows[1]).toEqual({
      sequence: 2,
      recordedAt: '2026-02-01T09:00:00.000Z',
      party: MONA,
      actor: actor('omar', 'clerk').id,
      role: 'clerk',
      entity: MINISTRY,
      purpose: 'collection',
      fields: 'identifier name',
      debt: id('debt'),
      event: log[2]!.id,
    });
    expect(rows[0]).toMatchObject({ debt: null });
  });

  test('takes its first and its last day, and nothing of the days around', async () => {
    expect(await asked()).toEqual([
      [1, 'identification'],
      [2, 'collection'],
      [3, 'own-access'],
      [4, 'audit'],
    ]);
    expect(await asked({ from: '2026-02-01', to: '2026-02-01' })).toEqual([[2, 'collection']]);
  });

  test('is of one party, one reader, or one entity, where these are asked for', async () => {
    expect(await asked({ party: MONA })).toEqual([[2, 'collection']]);
    expect(await asked({ actor: actor('noura', 'auditor').id })).toEqual([[4, 'audit']]);
    expect(await asked({ entity: MINISTRY })).toEqual([
      [1, 'identification'],
      [2, 'collection'],
    ]);
    expect(await asked({ entity: MINISTRY, party: SAMI })).toEqual([[1, 'identification']]);
  });
});

describe('18 retention and erasure', () => {
  const request = id('asking');
  const about = (of: string, more: object = {}) => ({ refs: { party: of, ...more } });
  const asks = stored(
    'parties.ErasureRequested',
    '2026-01-10',
    { request, ground: 'purpose-ended', dueBy: '2026-02-09' },
    { by: 'sami', role: 'debtor', of: SAMI, named: 'asking', ...about(SAMI, { request }) },
  );
  const then = (type: string, on: string, data: object = {}, by = 'salem'): Envelope =>
    stored(`parties.${type}`, on, { request, ...data }, { by, role: 'approver', ...about(SAMI, { request }) });
  const states = async (...log: readonly Envelope[]): Promise<unknown[][]> =>
    shown(await rowsOf(retention, log, YEAR), 'kind', 'state', 'reason', 'decidedOn', 'keptUntil', 'doneOn');

  test('an erasure is one line, from the request on; it says by when it is to be answered, and who decided when', async () => {
    const approved = then('ErasureApproved', '2026-01-12');
    const erased = then('PartyErased', '2026-01-13', { party: SAMI }, 'system');
    expect(await rowsOf(retention, [asks, approved, then('ErasureStarted', '2026-01-13'), erased], YEAR)).toEqual([
      {
        kind: 'erasure',
        party: SAMI,
        state: 'done',
        ground: 'purpose-ended',
        askedOn: '2026-01-10',
        askedBy: actor('sami', 'debtor').id,
        dueBy: '2026-02-09',
        decidedBy: actor('salem', 'approver').id,
        decidedOn: '2026-01-12',
        reason: null,
        keptUntil: null,
        doneOn: '2026-01-13',
        event: asks.id,
      },
    ]);
  });

  test('it stands as on the last day: what is decided later is not known yet', async () => {
    const log = [asks, then('ErasureApproved', '2026-01-12'), then('PartyErased', '2026-01-13', { party: SAMI })];
    const state = async (to: string) => shown(await rowsOf(retention, log, { from: '2026-01-01', to }), 'state');
    expect(await Promise.all(['09', '10', '12', '13'].map((day) => state(`2026-01-${day}`)))).toEqual([
      [],
      [['requested']],
      [['approved']],
      [['done']],
    ]);
    // What was asked for before the first day is another question's, with all that came of it.
    expect(await rowsOf(retention, log, { from: '2026-01-11', to: '2026-12-31' })).toEqual([]);
  });

  test.each([
    [
      'declined, with the reason',
      then('ErasureDeclined', '2026-01-12', { reason: 'mistake' }),
      'declined',
      'mistake',
      '2026-01-12',
      null,
    ],
    ['withdrawn', then('ErasureWithdrawn', '2026-01-12'), 'withdrawn', null, null, null],
    [
      'stopped by a rule',
      then('ErasureStopped', '2026-01-12', { ground: 'RETAINED', keptUntil: '2031-05-31' }),
      'stopped',
      'RETAINED',
      null,
      '2031-05-31',
    ],
    [
      'stopped by a hold',
      then('ErasureStopped', '2026-01-12', { ground: 'LEGAL_HOLD' }),
      'stopped',
      'LEGAL_HOLD',
      null,
      null,
    ],
  ])('an erasure that was %s says so', async (_, event, state, reason, decidedOn, keptUntil) => {
    expect(await states(asks, event)).toEqual([['erasure', state, reason, decidedOn, keptUntil, null]]);
  });

  test('what a rule forbade is a line, too: at the request and at the approval, and until when records are kept', async () => {
    const refused = (command: string, code: string, facts: object): Envelope =>
      stored(`parties.${command}Rejected`, '2026-03-01', { target: SAMI.slice(6), code, facts });
    const rows = await rowsOf(
      retention,
      [
        refused('RequestErasure', 'RETAINED', { class: 'books', keptUntil: '2031-05-31' }),
        refused('ApproveErasure', 'STILL_OPEN', { open: 'debt' }),
        refused('DeclineErasure', 'NONE', {}), // forbids nothing
      ],
      YEAR,
    );
    expect(shown(rows, 'party', 'state', 'ground', 'reason', 'keptUntil')).toEqual([
      [SAMI, 'refused', 'attempt', 'RETAINED', '2031-05-31'],
      [SAMI, 'refused', 'attempt', 'STILL_OPEN', null],
    ]);
  });

  test('a legal hold is in force until it is lifted, each by itself', async () => {
    const hold = (name: string, of: string): Envelope =>
      stored(
        'parties.LegalHoldPlaced',
        '2026-01-05',
        { hold: id(name), ground: 'litigation' },
        { named: name, ...about(of) },
      );
    const lifted = stored(
      'parties.LegalHoldLifted',
      '2026-01-20',
      { hold: id('one'), reason: 'case-closed' },
      about(SAMI),
    );
    expect(await states(hold('one', SAMI), hold('two', SAMI), lifted)).toEqual([
      ['hold', 'lifted', 'case-closed', '2026-01-20', null, null],
      ['hold', 'placed', null, null, null, null],
    ]);
    const monas = await rowsOf(retention, [hold('one', SAMI), hold('two', MONA)], { ...YEAR, party: MONA });
    expect(shown(monas, 'party', 'event')).toEqual([[MONA, id('two')]]);
  });

  test('a second request after one that came to nothing is a line of its own', async () => {
    const again = stored(
      'parties.ErasureRequested',
      '2026-05-01',
      { request: id('again'), ground: 'unlawful', dueBy: '2026-05-31' },
      { named: 'again', ...about(SAMI, { request: id('again') }) },
    );
    expect((await states(asks, then('ErasureWithdrawn', '2026-01-12'), again)).map(([, state]) => state)).toEqual([
      'withdrawn',
      'requested',
    ]);
  });
});
