import type { PartyCommand } from '../../src/contexts/parties/commands.js';
import type { Duties } from '../../src/contexts/parties/duties.js';
import { partyEvents } from '../../src/contexts/parties/events.js';
import { party as decider } from '../../src/contexts/parties/party.js';
import { sha256 } from '../../src/event-store/canonical.js';
import type { BusinessDate } from '../../src/kernel/calendar.js';
import type { Actor } from '../../src/kernel/envelope.js';
import { eventId, uuidOf, type CommandId, type EventId } from '../../src/kernel/ids.js';
import { actor, givenFor, id, party, SYSTEM } from '../given.js';

const given = givenFor(decider, partyEvents);

const SAMI = party('sami');
const ID = uuidOf(SAMI);
const clerk = actor('clerk', 'clerk', party('ministry'));
const approver = actor('approver', 'approver', party('ministry'));
const sami = actor('sami', 'debtor', SAMI);
const other = actor('other', 'debtor', party('other'));

const values = (...fields: string[]) => Object.fromEntries(fields.map((field) => [field, sha256(field)]));
const record: PartyCommand = {
  type: 'RecordParty',
  target: ID,
  data: { party: SAMI, kind: 'individual', values: values('identifier', 'name', 'mobile') },
};
const correct = (...fields: string[]): PartyCommand => ({
  type: 'CorrectParty',
  target: ID,
  data: { party: SAMI, values: values(...fields), reason: 'changed' },
});

const free: Duties = { open: [], kept: null };
const owing: Duties = { open: ['debt', 'balance'], kept: null };
const kept: Duties = { open: [], kept: { class: 'books', until: '2031-05-31' as BusinessDate } };

const ASKING = id('asking') as CommandId;
const HOLDING = id('holding') as CommandId;
const REQUEST: EventId = eventId(ASKING, 0);
const HOLD: EventId = eventId(HOLDING, 0);
const at = <T extends PartyCommand['type']>(
  type: T,
  data: Extract<PartyCommand, { type: T }>['data'],
): Extract<PartyCommand, { type: T }> => ({ type, target: ID, data }) as Extract<PartyCommand, { type: T }>;
const ask = (duties = free): PartyCommand => at('RequestErasure', { ground: 'purpose-ended', answerDays: 30, duties });
const approve = (duties = free): PartyCommand => at('ApproveErasure', { request: REQUEST, duties });
const decline = at('DeclineErasure', { request: REQUEST, reason: 'identity-unproven' });
const withdraw = at('WithdrawErasure', { request: REQUEST });
const confirm = (duties = free): PartyCommand => at('ConfirmErasure', { request: REQUEST, duties });
const complete = at('CompleteErasure', { request: REQUEST });
const hold = at('PlaceHold', { ground: 'litigation' });
const lift = at('LiftHold', { hold: HOLD, reason: 'case-closed' });

const recorded = () => given([record, clerk]);
const held = () => recorded().and([hold, approver, { id: HOLDING }]);
const requested = () => recorded().and([ask(), sami, { id: ASKING }]);
const erasing = () => requested().and([approve(), approver]);
const started = () => erasing().and([confirm(), SYSTEM]);
const erased = () => started().and([complete, SYSTEM]);
const STATES = { none: () => given(), recorded, held, requested, erasing, erased } as const;

// prettier-ignore
const TABLE: readonly (readonly [PartyCommand, Actor, none: string, recorded: string, held: string, requested: string, erasing: string, erased: string])[] = [
  [record, clerk, 'PartyRecorded → recorded', '→ recorded', '→ recorded', '→ recorded', '✗ERASED', '✗ERASED'],
  [correct('name'), clerk, '✗NOT_FOUND', 'PartyCorrected → recorded', 'PartyCorrected → recorded', 'PartyCorrected → recorded', '✗ERASED', '✗ERASED'],
  [correct('email'), sami, '✗NOT_FOUND', 'PartyCorrected → recorded', 'PartyCorrected → recorded', 'PartyCorrected → recorded', '✗ERASED', '✗ERASED'],
  [correct('name', 'email'), sami, '✗NOT_FOUND', '✗CONTACT_ONLY', '✗CONTACT_ONLY', '✗CONTACT_ONLY', '✗CONTACT_ONLY', '✗CONTACT_ONLY'],
  [correct('email'), other, '✗NOT_FOUND', '✗NOT_ONESELF', '✗NOT_ONESELF', '✗NOT_ONESELF', '✗NOT_ONESELF', '✗NOT_ONESELF'],
  [hold, approver, '✗NOT_FOUND', 'LegalHoldPlaced → recorded', 'LegalHoldPlaced → recorded', 'LegalHoldPlaced → recorded', 'LegalHoldPlaced ErasureStopped → recorded', '✗ERASED'],
  [lift, approver, '✗NOT_FOUND', '✗NO_HOLD', 'LegalHoldLifted → recorded', '✗NO_HOLD', '✗NO_HOLD', '✗ERASED'],
  [ask(), sami, '✗NOT_FOUND', 'ErasureRequested → recorded', '✗LEGAL_HOLD', '✗PENDING', '✗PENDING', '✗ERASED'],
  [ask(), clerk, '✗NOT_FOUND', 'ErasureRequested → recorded', '✗LEGAL_HOLD', '✗PENDING', '✗PENDING', '✗ERASED'],
  [ask(), other, '✗NOT_FOUND', '✗NOT_ONESELF', '✗NOT_ONESELF', '✗NOT_ONESELF', '✗NOT_ONESELF', '✗ERASED'],
  [ask(owing), sami, '✗NOT_FOUND', '✗STILL_OPEN', '✗LEGAL_HOLD', '✗PENDING', '✗PENDING', '✗ERASED'],
  [ask(kept), sami, '✗NOT_FOUND', '✗RETAINED', '✗LEGAL_HOLD', '✗PENDING', '✗PENDING', '✗ERASED'],
  [approve(), approver, '✗NOT_FOUND', '✗NONE', '✗NONE', 'ErasureApproved → erasing', '✗NONE', '✗ERASED'],
  [approve(), sami, '✗NOT_FOUND', '✗NONE', '✗NONE', '✗SELF_APPROVAL', '✗NONE', '✗ERASED'],
  [approve(owing), approver, '✗NOT_FOUND', '✗NONE', '✗NONE', '✗STILL_OPEN', '✗NONE', '✗ERASED'],
  [approve(kept), approver, '✗NOT_FOUND', '✗NONE', '✗NONE', '✗RETAINED', '✗NONE', '✗ERASED'],
  [decline, approver, '✗NOT_FOUND', '✗NONE', '✗NONE', 'ErasureDeclined → recorded', '✗NONE', '✗ERASED'],
  [decline, sami, '✗NOT_FOUND', '✗NONE', '✗NONE', '✗SELF_APPROVAL', '✗NONE', '✗ERASED'],
  [withdraw, sami, '✗NOT_FOUND', '✗NONE', '✗NONE', 'ErasureWithdrawn → recorded', '✗NONE', '✗ERASED'],
  [withdraw, clerk, '✗NOT_FOUND', '✗NONE', '✗NONE', '✗NOT_REQUESTER', '✗NONE', '✗ERASED'],
  [confirm(), SYSTEM, '✗NOT_FOUND', '→ recorded', '→ recorded', '→ recorded', 'ErasureStarted → erasing', '→ erased'],
  [confirm(owing), SYSTEM, '✗NOT_FOUND', '→ recorded', '→ recorded', '→ recorded', 'ErasureStopped → recorded', '→ erased'],
  [complete, SYSTEM, '✗NOT_FOUND', 'PartyErased → erased', 'PartyErased → erased', 'PartyErased → erased', 'PartyErased → erased', '→ erased'],
];

const CELLS = TABLE.flatMap(([command, by, ...cells], row) =>
  (Object.keys(STATES) as (keyof typeof STATES)[]).map((state, index) => {
    const cell = cells[index] as string;
    return [`${state} × ${command.type} (${row + 1}) by the ${by.role}: ${cell}`, state, command, by, cell] as const;
  }),
);

test.each(CELLS)('%s', (_, state, command, by, cell) => {
  const before = STATES[state]();
  if (cell.startsWith('✗')) {
    before.when(command, by).refuses(cell.slice(1));
    return;
  }
  const [types = '', after] = cell.split(/ ?→ /);
  const made = before.and([command, by]);
  expect(made.events.slice(before.events.length).map(({ type }) => type)).toEqual(
    types === '' ? [] : types.split(' ').map((type) => `parties.${type}`),
  );
  expect(made.state?.status).toBe(after);
});

test('E5: an event holds the pseudonym, the kind and commitments, all of them in its evidence', () => {
  given()
    .when(record, clerk)
    .then({
      type: 'parties.PartyRecorded',
      data: { party: SAMI, kind: 'individual', values: values('identifier', 'name', 'mobile') },
      refs: { party: SAMI },
      evidence: ['identifier', 'name', 'mobile'].map((field) => sha256(field)),
    });
});

test('a correction is a version more; what it does not name stays', () => {
  const { state } = given([record, clerk], [correct('email'), sami], [correct('name'), clerk]);
  expect(state).toMatchObject({ version: 3, values: values('identifier', 'name', 'mobile', 'email') });
});

test('PDPL: a request says by when it is to be answered; a refusal says until when the law keeps the records', () => {
  recorded()
    .when(ask(), sami, { id: ASKING, today: '2026-03-01' })
    .then({
      type: 'parties.ErasureRequested',
      data: { request: REQUEST, ground: 'purpose-ended', dueBy: '2026-03-31' },
      refs: { party: SAMI, request: REQUEST },
    });
  recorded().when(ask(kept), sami).refuses('RETAINED', { class: 'books', keptUntil: '2031-05-31' });
  recorded()
    .when(ask({ ...owing, kept: kept.kept }), sami)
    .refuses('STILL_OPEN', { open: 'debt, balance', keptUntil: '2031-05-31' });
  // The last day is kept, too.
  recorded().when(ask(kept), sami, { today: '2031-05-31' }).refuses('RETAINED');
  expect(recorded().and([ask(kept), sami, { today: '2031-06-01' }]).state?.erasure?.dueBy).toBe('2031-07-01');
});

test('what came up between the approval and the destruction stops it, and says by which rule', () => {
  erasing()
    .when(confirm(kept), SYSTEM)
    .then({
      type: 'parties.ErasureStopped',
      data: { request: REQUEST, ground: 'RETAINED', keptUntil: '2031-05-31' },
      refs: { party: SAMI, request: REQUEST },
    });
});

test('a hold that comes before the destruction starts holds, and one that comes after is refused: never acknowledged in vain', () => {
  const before = erasing().and([hold, approver, { id: HOLDING }]);
  expect(before.and([confirm(), SYSTEM]).state).toMatchObject({ status: 'recorded', erasure: null });
  started().when(hold, approver).refuses('ERASED');
  // What came up after the start does not stop it either: its data may be gone already.
  expect(started().and([confirm(owing), SYSTEM]).state?.erasure?.phase).toBe('started');
  started().when(ask(), sami).refuses('PENDING');
});

test('a hold is lifted where it was placed, or by a regulator: who wants the data gone does not clear the way alone', () => {
  const elsewhere = actor('elsewhere', 'approver', party('municipality'));
  const regulator = actor('regulator', 'regulator', party('authority'));
  held().when(lift, elsewhere).refuses('NOT_HOLDER');
  const colleague = actor('colleague', 'approver', party('ministry'));
  for (const by of [colleague, regulator]) expect(held().and([lift, by]).state?.holds.size).toBe(0);
  const theirs = recorded().and([hold, regulator, { id: HOLDING }]);
  theirs.when(lift, approver).refuses('NOT_HOLDER');
  expect(theirs.and([lift, actor('another', 'regulator', party('court'))]).state?.holds.size).toBe(0);
});

test('two people: neither who asked decides, in whatever role and for whomever, nor who acts for the party', () => {
  const samiAsApprover = { ...approver, id: sami.id };
  requested().when(approve(), samiAsApprover).refuses('SELF_APPROVAL');
  requested().when(decline, samiAsApprover).refuses('SELF_APPROVAL');
  requested()
    .when(approve(), actor('approver', 'approver', SAMI))
    .refuses('SELF_APPROVAL');
});
