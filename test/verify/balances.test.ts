import { proveBalances } from '../../src/verify/balances.js';
import { trusting } from '../../src/verify/policy.js';
import { FORGED_BALANCES, IMPOSSIBLE, LINES, log, PROOF, proofOf } from './forged-balances.js';

const OURS = trusting(log.vkey);

test('a party’s lines are proved, in whatever order they are shown', () => {
  for (const proof of [PROOF, proofOf(LINES, [1, 0])]) {
    const { balances, signed } = proveBalances(proof, OURS);
    expect(balances.map(({ account, balance }) => `${account} ${balance}`).toSorted()).toEqual([
      '1200 115.00',
      '2300 -7.50',
    ]);
    expect(signed).toMatchObject({ events: 130, lines: 3 });
  }
});

test.each(FORGED_BALANCES)('%s proves nothing', (_, forged, why) => {
  expect(forged).not.toBe(PROOF);
  expect(() => proveBalances(forged, OURS)).toThrow(expect.objectContaining({ name: 'NotProved' }));
  expect(() => proveBalances(forged, OURS)).toThrow(why);
});

/** An audit finds that the entries give no such line; who has the proof alone is not to be shown nonsense, either. */
test.each(IMPOSSIBLE)('what a ledger has signed, and could not be, proves nothing: %s', (_, lines, why) => {
  expect(() => proveBalances(proofOf(lines, [...lines.keys()]), OURS)).toThrow(why);
});
