import { hash } from 'node:crypto';
import fc from 'fast-check';
import { parsePolicy, trusting } from '../../src/verify/policy.js';
import { proveRecord } from '../../src/verify/record.js';
import { saidOfRecord, saying } from '../../src/verify/said.js';
import { EVENTS, file, FORGED, log } from './forged.js';
import {
  COMMITTED,
  DISCLOSED,
  DISCLOSED_BEFORE,
  eventAt,
  FORGED_DISCLOSURES,
  ORIGIN,
  recordOf,
  Signer,
} from './log.js';

const OURS = trusting(log.vkey);

test('an event is proved to be in the log, by the file and the key alone', () => {
  const { event, sequence, checkpoint } = proveRecord(file, OURS);
  expect([event.type, sequence, checkpoint.size]).toEqual(['debts.DebtRegistered', 6, 13]);
  expect(event.entries).toMatchObject([{ minor: 750n, decimals: 2, currency: 'SAR', debit: { account: '1200' } }]);
});

test('at any place in a log of any size', () => {
  const places = fc.integer({ min: 1, max: 70 }).chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)));
  fc.assert(
    fc.property(places, ([size, sequence]) => {
      const events = Array.from({ length: size }, (_, n) => eventAt(n));
      expect(proveRecord(recordOf(events, sequence, [log]), OURS).sequence).toBe(sequence);
    }),
  );
});

test('no character can be another', () => {
  const forged = fc.tuple(fc.nat(file.length - 1), fc.constantFrom('0', 'a', 'A', '=', '/', '+', '\n', ' ', '{', '"'));
  fc.assert(
    fc.property(forged, ([at, character]) => {
      fc.pre(file[at] !== character);
      expect(() => proveRecord(file.slice(0, at) + character + file.slice(at + 1), OURS)).toThrow(
        expect.objectContaining({ name: 'NotProved' }),
      );
    }),
    { numRuns: 500 },
  );
});

test.each(FORGED)('%s proves nothing', (_name, forged, why) => {
  expect(() => proveRecord(forged, OURS)).toThrow(why);
});

test('a log of the same name with another key proves nothing, nor a witness’s key that stands for a log', () => {
  const liar = new Signer(ORIGIN);
  expect(() => proveRecord(recordOf(EVENTS, 6, [liar]), OURS)).toThrow(`not signed by ${ORIGIN}`);
  expect(() => proveRecord(file, trusting(new Signer('another.example').vkey))).toThrow(
    'not signed by another.example',
  );
  expect(() => trusting(new Signer('w', 4).vkey)).toThrow('a witness');
});

test('an event is its log’s only with its entries balanced', () => {
  const none = eventAt(0, { entries: [{ amount: '0.00', currency: 'SAR', credit: 1, debit: 1 }] });
  expect(() => proveRecord(recordOf([none], 0, [log]), OURS)).toThrow('is of nothing');
  const leg = (entity: string) => ({ account: '1200', dims: { entity } });
  const two = [{ amount: '1.00', currency: 'SAR', credit: leg('party_a'), debit: leg('party_b') }];
  expect(() => proveRecord(recordOf([eventAt(0, { entries: two })], 0, [log]), OURS)).toThrow('between two entities');
});

describe('what an event commits to', () => {
  test('can be disclosed, in either form, with its name and value', () => {
    const record = recordOf([COMMITTED], 0, [log], [DISCLOSED, DISCLOSED_BEFORE]);
    expect(proveRecord(record, OURS).disclosures).toEqual([
      { name: 'sourceAccount', value: 'SA0380000000608010167519' },
      { name: 'note', value: 'سداد' },
    ]);
    expect(saidOfRecord(proveRecord(record, OURS), saying('en')).shown).toContain('disclosed note: "سداد"');
    expect(proveRecord(recordOf([COMMITTED], 0, [log]), OURS).disclosures).toEqual([]);
  });
  test.each(FORGED_DISCLOSURES)('and nothing else: %s', (_name, forged) => {
    expect(() => proveRecord(recordOf([COMMITTED], 0, [log], [DISCLOSED, forged]), OURS)).toThrow(
      'the event commits to nothing like',
    );
  });
  test('and what is no disclosure is not one because an event commits to it', () => {
    for (const text of ['x', 'e30', Buffer.from('["salt","name"]').toString('base64url'), '[1,2,3]']) {
      const digest = hash('sha256', text, text.startsWith('[') ? 'hex' : 'base64url');
      const record = recordOf([eventAt(0, { evidence: [digest] })], 0, [log], [text]);
      expect(() => proveRecord(record, OURS)).toThrow('a disclosure');
    }
  });
});

describe('under a policy', () => {
  const witnesses = [1, 2, 3].map((n) => new Signer(`w${n}.example`, 4));
  const policy = parsePolicy(
    [
      '# two of three',
      `log ${log.vkey} https://ledger.example`,
      ...witnesses.map(({ vkey }, n) => `witness w${n} ${vkey}`),
      'group all-of-them 2 w0 w1 w2',
      'quorum all-of-them',
      '',
    ].join('\n'),
  );
  const signedBy = (...cosigners: readonly Signer[]) => recordOf(EVENTS, 6, [log, ...cosigners]);
  test('enough witnesses must have cosigned', () => {
    const { checkpoint } = proveRecord(signedBy(witnesses[0]!, witnesses[2]!), policy);
    expect(checkpoint.witnesses.map(({ key, time }) => [key.name, time.toISOString()])).toEqual([
      ['w1.example', '2023-11-14T22:13:20.000Z'],
      ['w3.example', '2023-11-14T22:13:20.000Z'],
    ]);
    expect(() => proveRecord(signedBy(witnesses[0]!), policy)).toThrow('all-of-them asks for 2 of w0, w1, w2');
  });
  test('one that cosigns twice counts once, and an unknown one not at all', () => {
    const twice = signedBy(witnesses[0]!, witnesses[0]!, new Signer('w9.example', 4));
    expect(() => proveRecord(twice, policy)).toThrow('asks for 2 of');
  });
  test('a cosignature that is another’s, or that was moved to another time, is a forgery', () => {
    const good = signedBy(witnesses[0]!, witnesses[1]!);
    const line = /— w1\.example (\S+)\n/.exec(good)![1]!;
    const bytes = Buffer.from(line, 'base64');
    bytes[11]! ^= 1;
    expect(() => proveRecord(good.replace(line, bytes.toString('base64')), policy)).toThrow(
      'w1.example is not of its key',
    );
  });
  test('a log’s own signature under a witness’s name is none', () => {
    const posing = signedBy(witnesses[0]!, new Signer('w2.example', 1));
    expect(() => proveRecord(posing, policy)).toThrow('asks for 2 of');
  });
  const L = `log ${log.vkey}`;
  const W = `witness w ${witnesses[0]!.vkey}`;
  test.each([
    ['', 'no quorum line'],
    ['quorum none', 'names no log'],
    [`${L}\nquorum w`, 'line 2 of the policy: w is not defined on a line before'],
    [`${L}\n${L}\nquorum none`, 'names one key twice'],
    [`${L}\n${W}\n${W}\nquorum w`, 'line 3 of the policy: w is defined already'],
    [`${L}\n${W}\ngroup g 2 w\nquorum g`, 'line 3 of the policy is no group'],
    [`${L}\n${W}\ngroup g 0 w\nquorum g`, 'is no group'],
    [`${L}\n${W}\ngroup g any w\ngroup h any w\nquorum g`, 'w is in a group already'],
    [`${L}\nquorum none\nquorum none`, 'there is one line quorum'],
    [`${L}\nwitness none ${witnesses[0]!.vkey}\nquorum none`, 'none is defined already'],
    [`log ${witnesses[0]!.vkey}\nquorum none`, 'is no log'],
    [`${L}\nwitness w ${log.vkey}\nquorum w`, 'is no witness'],
    [`${L}\nquorums none`, 'is none of log, witness, group, quorum'],
    [`log ${log.vkey.replace('+', '+0')}\nquorum none`, 'is damaged'],
    [`log ${log.vkey.slice(0, -4)}\nquorum none`, 'the key of'],
  ])('%j is none', (text, why) => expect(() => parsePolicy(text)).toThrow(why));
});
