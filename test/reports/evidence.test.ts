import { createHash } from 'node:crypto';
import { completeness } from '../../projections/reports/completeness.js';
import { corrections } from '../../projections/reports/corrections.js';
import { delegationRegister } from '../../projections/reports/delegation-register.js';
import { fourEyes } from '../../projections/reports/four-eyes.js';
import { segregation } from '../../projections/reports/segregation.js';
import { canonicalEvent } from '../../src/event-store/canonical.js';
import type { Envelope } from '../../src/kernel/envelope.js';
import { actor, id } from '../given.js';
import { rowsOf, shown } from './reporting.js';
import { CITY, huda, MINISTRY, omar, sami, Story, teller } from './story.js';

const YEAR = { from: '2026-01-01', to: '2026-12-31' };

/** What the deciders of periods say, as far as reports look at it. */
const said = (type: string, on: string, by = huda, refs: object = {}, data: object = {}): Envelope =>
  ({
    ...new Story().on(on).log[0],
    id: id(`${type} ${on} ${JSON.stringify(refs)}`),
    type: `periods.${type}`,
    effectiveOn: on,
    recordedAt: `${on}T08:00:00.000Z`,
    actor: by,
    commandId: id(`${type} ${on}`),
    correlation: id(`${type} ${on}`),
    refs: { entity: CITY, ...refs },
    entries: [],
    data,
  }) as unknown as Envelope;

describe('13, four eyes', () => {
  test('closings and corrections are decided by a second person, too', async () => {
    const closing = { request: id('closing') };
    const correction = { correction: id('correction'), target: id('A') };
    const log = [
      said('ClosingRequested', '2026-02-01', huda, closing),
      said('ClosingApproved', '2026-02-02', omar, closing),
      said('CorrectionRequested', '2026-02-03', huda, correction),
      said('CorrectionDeclined', '2026-02-04', omar, correction),
    ];
    expect(shown(await rowsOf(fourEyes, log, YEAR), 'decision', 'entity', 'about', 'requestedBy', 'separate')).toEqual([
      ['periods.ClosingApproved', CITY, id('closing'), huda.id, 'yes'],
      ['periods.CorrectionDeclined', CITY, id('correction'), huda.id, 'yes'],
    ]);
  });
});

describe('14, segregation of duties', () => {
  /*
   * Huda drafts A and B, Omar registers them. Then Omar asks for the cancellation of B, which Huda, now an approver, approves: B
   * is the one thing that each of them both prepared and decided on. Omar also reports a receipt for A, as a bank.
   */
  const story = new Story().on('2026-03-01');
  const [a, b] = [story.debt('A', '100.00'), story.debt('B', '50.00')];
  const asks = story.ask('RequestCancellation', b, { ground: 'error' }, { ...omar, role: 'clerk' });
  const approves = story.do('ApproveRequest', b, { request: asks }, { ...huda, role: 'approver' });
  story.on('2026-03-05').pay('FT-1', '100.00', { debt: a });
  story.do('RequestPayment', a, { amount: '100.00' }, sami);
  const log = story.log.map((event) =>
    event.actor.id === teller.id ? { ...event, actor: { ...omar, role: 'bank' as const } } : event,
  );
  const columns = ['conflict', 'actor', 'roles', 'first', 'second', 'both', 'lastBoth'];

  test('tells who acted on both sides, and on what', async () => {
    // Omar registered A and B, and asked once; the receipt for A came from him, too.
    const matched = log.findIndex(({ type }) => type === 'billing.ReceiptMatched');
    const expected = [
      ['prepare-decide', huda.id, 'approver clerk', 2, 1, 1, approves],
      ['prepare-decide', omar.id, 'approver bank clerk', 1, 2, 1, expect.any(Number)],
      ['prepare-bank', omar.id, 'approver bank clerk', 1, 1, 0, null],
      ['decide-bank', omar.id, 'approver bank clerk', 2, 1, 1, matched],
    ];
    const rows = shown(await rowsOf(segregation, log, YEAR), ...columns);
    expect(rows).toHaveLength(expected.length);
    expect(rows).toEqual(expect.arrayContaining(expected));
  });
  test('one side alone is no conflict; days, persons and entities are asked for', async () => {
    expect(await rowsOf(segregation, log, { from: '2026-03-02', to: '2026-12-31' })).toEqual([]);
    expect(await rowsOf(segregation, log, { ...YEAR, actor: huda.id })).toHaveLength(1);
    expect(await rowsOf(segregation, log, { ...YEAR, entity: MINISTRY })).toEqual([]);
    expect(await rowsOf(segregation, log, { ...YEAR, entity: CITY })).toHaveLength(4);
  });
});

describe('14, register of delegations', () => {
  /* Registered on 2026-01-05 for 1,000.00 a case, approved on 2026-01-10, in force from 2026-02-01 to 2026-06-30; used twice, for 200.00 and
   * 300.00; revoked on 2026-05-01. */
  const director = actor('director', 'approver', CITY);
  const story = new Story().on('2026-01-05');
  const target = id('delegation');
  const terms = { approver: omar.id, entity: CITY, kind: 'exemption', amount: '1000.00', currency: 'SAR' };
  story.do('RegisterDelegation', target, { ...terms, from: '2026-02-01', to: '2026-06-30' }, huda);
  story.on('2026-01-10').do('ApproveDelegation', target, {}, director);
  for (const [day, amount] of [
    ['2026-02-10', '200.00'],
    ['2026-03-10', '300.00'],
  ] as const) {
    const debt = story.on(day).debt(`debt of ${day}`, '900.00');
    story.approve(debt, story.ask('RequestExemption', debt, { ground: 'poverty', amount }), { upTo: '1000.00' });
  }
  story.on('2026-05-01').do('RevokeDelegation', target, { reason: 'transferred' }, huda);

  test.each([
    ['2026-01-04', []],
    ['2026-01-05', [['registered', null, 0, '0.00']]],
    ['2026-01-31', [['ahead', director.id, 0, '0.00']]],
    ['2026-02-28', [['inForce', director.id, 1, '200.00']]],
    ['2026-05-01', [['revoked', director.id, 2, '500.00']]],
  ])('on %s', async (effectiveOn, expected) => {
    const rows = await rowsOf(delegationRegister, story.log, { effectiveOn });
    expect(shown(rows, 'state', 'approvedBy', 'uses', 'used')).toEqual(expected);
  });
  test('is over after its last day', async () => {
    const beforeRevoked = story.log.length - 2;
    const rows = await rowsOf(delegationRegister, story.log, { effectiveOn: '2026-07-01' }, beforeRevoked);
    expect(shown(rows, 'state')).toEqual([['over']]);
  });
});

describe('15, completeness', () => {
  /* Two debts: four commands, one event each; one attempt to register A again; a receipt: two events of one command, and what the policy sends. */
  const story = new Story().on('2026-03-01');
  const a = story.debt('A', '100.00');
  story.debt('B', '50.00');
  story.do('RegisterDebt', a, {}, omar);
  story.pay('FT-1', '100.00', { debt: a });
  const { log } = story;
  const columns = ['category', 'type', 'events', 'commands', 'accepted', 'refused', 'gaps', 'first', 'last'];

  test('counts events and commands, all of them and by type', async () => {
    const rows = await rowsOf(completeness, log);
    expect(shown(rows, ...columns)).toEqual([
      [null, null, 8, 7, 6, 1, 0, 0, 7],
      ['attempt', 'debts.RegisterDebtRejected', 1, 1, 0, 1, 0, 4, 4],
      ['debt', 'debts.DebtDrafted', 2, 2, 2, 0, 0, 0, 2],
      ['debt', 'debts.DebtRegistered', 2, 2, 2, 0, 0, 1, 3],
      ['debt', 'debts.ReceiptApplied', 1, 1, 1, 0, 0, 7, 7],
      ['receipt', 'billing.ReceiptMatched', 1, 0, 0, 0, 0, 6, 6],
      ['receipt', 'billing.ReceiptRecorded', 1, 1, 1, 0, 0, 5, 5],
    ]);
  });
  test('digests every event as it is stored', async () => {
    const text = log.map((event) => `${canonicalEvent(event)}\n`).join('');
    const [whole] = await rowsOf(completeness, log);
    expect(whole?.['digest']).toBe(createHash('sha256').update(text).digest('hex'));
    const [earlier] = await rowsOf(completeness, log, {}, 3);
    const before = text
      .split('\n')
      .slice(0, 4)
      .map((line) => `${line}\n`)
      .join('');
    expect(earlier?.['digest']).toBe(createHash('sha256').update(before).digest('hex'));
  });
  test('digests no later version of an event than the one that is stored', async () => {
    const later = (event: Envelope): Envelope => ({ ...event, schemaVersion: event.schemaVersion + 1 });
    const asked = [completeness, log, {}, log.length - 1, '2026-12-31'] as const;
    expect(await rowsOf(...asked, later)).toEqual(await rowsOf(...asked));
  });
  test('an event that is missing in the middle of a stream is a gap', async () => {
    const [whole] = await rowsOf(completeness, log.toSpliced(1, 1)); // the registration of A
    expect(whole).toMatchObject({ events: 7, gaps: 1 });
  });
  test('an empty ledger has nothing to say', async () => {
    expect(await rowsOf(completeness, [])).toEqual([]);
  });
});

describe('16, corrections', () => {
  /*
   * On 2026-03-01 a receipt of 2026-02-20 is told: back-dated by 9 days, and so is what it pays. It settles the debt; on 2026-03-10 the bank
   * takes it back: the debt is open again. January, closed on 2026-02-05, gets a correction on 2026-03-15.
   */
  const story = new Story().on('2026-01-10');
  const a = story.debt('A', '100.00');
  const closed = said('PeriodClosed', '2026-02-05', omar, {}, { period: '2026-01', through: '2026-01-31' });
  const receipt = story.on('2026-03-01').pay('FT-1', '100.00', { debt: a }, { on: '2026-02-20' });
  story.approve(a, story.ask('RequestPayment', a, { amount: '100.00' }));
  story.on('2026-03-10').takeBack(receipt, 'R-1');
  const correction = { correction: id('correction'), target: id('B') };
  const asked = said('CorrectionRequested', '2026-03-14', huda, correction, { reason: 'late-document' });
  const approved = said('CorrectionApproved', '2026-03-14', omar, correction);
  const late =
    story.on('2026-03-15').do('DraftDebt', id('B'), { ...(story.log[0]!.data as object) }, huda, '2026-01-31') + 1;
  story.do('RegisterDebt', id('B'), {}, omar, '2026-01-31');
  const log = [
    ...story.log.slice(0, 2),
    closed,
    ...story.log.slice(2, late - 1),
    asked,
    approved,
    ...story.log.slice(late - 1),
  ].map((event) =>
    event.refs.debt === id('B') ? { ...event, refs: { ...event.refs, correction: id('correction') } } : event,
  );

  test('lists them in the order in which they were recorded', async () => {
    const columns = [
      'kind',
      'type',
      'countedOn',
      'daysBack',
      'amount',
      'period',
      'reason',
      'requestedBy',
      'approvedBy',
    ];
    const nothing = [null, null, null, null];
    expect(shown(await rowsOf(corrections, log, YEAR), ...columns)).toEqual([
      ['back-dated', 'billing.ReceiptRecorded', '2026-02-20', 9, '100.00', ...nothing],
      ['back-dated', 'debts.ReceiptApplied', '2026-02-20', 9, '100.00', ...nothing],
      ['reversal', 'billing.ReceiptReversed', '2026-03-10', 0, '100.00', ...nothing],
      ['reversal', 'debts.ReceiptReversed', '2026-03-10', 0, '100.00', ...nothing],
      ['follows', 'debts.DebtReopened', '2026-03-10', 0, null, ...nothing],
      [
        'closed-period',
        'debts.DebtRegistered',
        '2026-01-31',
        43,
        '100.00',
        '2026-01',
        'late-document',
        huda.id,
        omar.id,
      ],
    ]);
  });
  test('a reversal names the event that it corrects', async () => {
    const rows = (await rowsOf(corrections, log, YEAR)).filter(({ kind }) => kind === 'reversal');
    const ids = (type: string) => log.filter((event) => event.type === type).map((event) => event.id);
    expect(shown(rows, 'corrects')).toEqual([ids('billing.ReceiptRecorded'), ids('debts.ReceiptApplied')]);
  });
  test('what slipped into a closed period without a correction is one, too', async () => {
    const slipped = log.map((event) => (event.refs.debt === id('B') ? { ...event, refs: { debt: id('B') } } : event));
    const rows = await rowsOf(corrections, slipped, { ...YEAR, to: '2026-01-31', entity: CITY });
    expect(shown(rows, 'kind', 'correction', 'reason')).toEqual([['closed-period', null, null]]);
  });
  test('by entity and day', async () => {
    expect(await rowsOf(corrections, log, { ...YEAR, entity: MINISTRY })).toEqual([]);
    expect(await rowsOf(corrections, log, { from: '2026-03-01', to: '2026-03-31' })).toHaveLength(3);
  });
});
