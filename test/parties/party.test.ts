import type { PartyCommand } from '../../src/contexts/parties/commands.js';
import { partyEvents } from '../../src/contexts/parties/events.js';
import { party as decider } from '../../src/contexts/parties/party.js';
import { sha256 } from '../../src/event-store/canonical.js';
import type { Actor } from '../../src/kernel/envelope.js';
import { uuidOf } from '../../src/kernel/ids.js';
import { actor, givenFor, party } from '../given.js';

const given = givenFor(decider, partyEvents);

const SAMI = party('sami');
const ID = uuidOf(SAMI);
const clerk = actor('clerk', 'clerk', party('ministry'));
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

const STATES = { none: () => given(), recorded: () => given([record, clerk]) } as const;

// prettier-ignore
const TABLE: readonly (readonly [PartyCommand, Actor, none: string, recorded: string])[] = [
  [record, clerk, 'PartyRecorded → recorded', '→ recorded'],
  [correct('name'), clerk, '✗NOT_FOUND', 'PartyCorrected → recorded'],
  [correct('email'), sami, '✗NOT_FOUND', 'PartyCorrected → recorded'],
  [correct('name', 'email'), sami, '✗NOT_FOUND', '✗CONTACT_ONLY'],
  [correct('email'), other, '✗NOT_FOUND', '✗NOT_ONESELF'],
];

const CELLS = TABLE.flatMap(([command, by, ...cells]) =>
  (Object.keys(STATES) as (keyof typeof STATES)[]).map((state, index) => {
    const cell = cells[index] as string;
    const fields = Object.keys(command.data.values).join(' ');
    return [`E5 ${state} × ${command.type} (${fields}) by the ${by.role}: ${cell}`, state, command, by, cell] as const;
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
    types === '' ? [] : [`parties.${types}`],
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
      evidence: ['identifier', 'name', 'mobile'].map(sha256),
    });
});

test('a correction is a version more; what it does not name stays', () => {
  const { state } = given([record, clerk], [correct('email'), sami], [correct('name'), clerk]);
  expect(state).toMatchObject({ version: 3, values: values('identifier', 'name', 'mobile', 'email') });
});
