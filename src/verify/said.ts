/* What was proved, in words; and what was not, for no proof says more than it says. */
import type { Audited, Sum } from './audit.js';
import { decimal, type ProvedBalances, type SignedBalances } from './balances.js';
import type { Signed } from './checkpoint.js';
import type { Entry } from './event.js';
import type { Proved } from './record.js';

export interface Said {
  readonly title: string;
  /** The thing itself. */
  readonly shown: readonly string[];
  readonly checked: readonly string[];
  readonly open: readonly string[];
  /** The same, for programs. */
  readonly facts: object;
}

export function saidOfRecord({ event, sequence, checkpoint, disclosures }: Proved): Said {
  const { ledger, id, type, stream, revision, recordedAt, effectiveOn, entries } = event;
  const amounts = entries.map(({ minor, decimals, ...entry }) => ({ ...entry, amount: decimal(minor, decimals) }));
  return {
    title: `event ${sequence} of the ledger ${ledger} is in the log ${checkpoint.origin}`,
    shown: [
      `${type}, revision ${revision} of ${stream}, id ${id}`,
      `recorded at ${recordedAt}; it counts on ${effectiveOn}`,
      ...entries.map(entryLine),
      ...disclosures.map(({ name, value }) => `disclosed ${name}: ${JSON.stringify(value)}`),
    ],
    checked: [
      ...checkedOf(checkpoint),
      'the event is in the one form in which it can be hashed (RFC 8785), and its entries balance',
      `with its salt it is leaf ${sequence} of the tree, whose path leads to the signed root`,
      ...(disclosures.length > 0 ? ['each disclosure is what the event commits to'] : []),
    ],
    open: [
      'what came later: another event may have paid, cancelled or corrected what this one says',
      'that what it says was so outside of the ledger',
      'who stands behind the pseudonyms, unless it is disclosed',
      ...openOf(checkpoint),
    ],
    facts: { ...factsOf(checkpoint), sequence, event: { ...event, entries: amounts }, disclosures },
  };
}

export function saidOfGrowth({ earlier, later }: { readonly earlier: Signed; readonly later: Signed }): Said {
  return {
    title: `the log ${later.origin} of ${later.size} events begins with all ${earlier.size} of the earlier one`,
    shown: [`earlier root ${earlier.root.toString('base64')}`, `later root   ${later.root.toString('base64')}`],
    checked: [
      ...checkedOf(earlier),
      ...checkedOf(later),
      'nothing of the earlier log was changed, dropped or put in another order',
    ],
    open: ['what the events are: see verify record and verify audit', ...openOf(later)],
    facts: { earlier: factsOf(earlier), later: factsOf(later) },
  };
}

export function saidOfBalances({ ledger, party, balances, signed }: ProvedBalances): Said {
  return {
    title: `${party} held this in the ledger ${ledger} when ${signed.events} events were recorded`,
    shown: balances.map(
      ({ account, balance, currency, dims }) => `${account} ${balance} ${currency} (debits less credits) ${said(dims)}`,
    ),
    checked: [
      balancesLine(signed),
      `each of the ${balances.length} lines with its salt is a leaf of that tree, whose path leads to the signed root`,
    ],
    open: [
      'that it holds nothing else: a line that is not shown cannot be missed',
      'what came later, and how the balances came about: see verify record, and verify audit for whether they add up',
    ],
    facts: { ledger, party, balances, signed: balancesFacts(signed) },
  };
}

export function saidOfAudit(audited: Audited): Said {
  const { checkpoint, ledger, events, streams, entries, first, last, sums, balances } = audited;
  return {
    title: `the ${events} events of the ledger ${ledger} are those of the log ${checkpoint.origin}`,
    shown: [`recorded from ${first} to ${last}, in ${streams} streams`, ...sums.map(sumLine)],
    checked: [
      ...checkedOf(checkpoint),
      `the root of all ${events} events with their salts is the signed one: none was changed, dropped, inserted or moved`,
      `each of the ${streams} streams goes on without a gap, and no id is there twice`,
      `each of the ${entries} entries moves more than nothing between two accounts of one entity, in one currency`,
      'debits and credits above are added up from the entries alone',
      ...balances.map((signed) => `${balancesLine(signed)}; the entries alone add up to the same`),
    ],
    open: [
      balances.length > 0
        ? 'that no signed root over the balances was left out: /transparency/balances names them'
        : 'what anybody was told of balances: no root over them is here',
      'that what the events say was so outside of the ledger',
      ...openOf(checkpoint),
    ],
    facts: {
      ...factsOf(checkpoint),
      ledger,
      balances: balances.map(balancesFacts),
      events,
      streams,
      entries,
      first,
      last,
      sums: sums.map(({ decimals, debits, credits, ...of }) => ({
        ...of,
        debits: decimal(debits, decimals),
        credits: decimal(credits, decimals),
      })),
    },
  };
}

const checkedOf = ({ size, log, witnesses }: Signed): string[] => [
  `the checkpoint over ${size} events is signed by ${log.name} (key ${log.id})`,
  ...witnesses.map(({ key, time }) => `${key.name} (key ${key.id}) cosigned it at ${time.toISOString()}`),
];

const openOf = ({ witnesses }: Signed): string[] =>
  witnesses.length > 0
    ? []
    : [
        'that everybody is shown this log: no witness of yours cosigned, so compare its checkpoint with somebody else’s',
      ];

const factsOf = ({ origin, size, root, log, witnesses }: Signed) => ({
  origin,
  size,
  root: root.toString('base64'),
  key: log.id,
  witnesses: witnesses.map(({ key, time }) => ({ name: key.name, key: key.id, time: time.toISOString() })),
});

const balancesLine = ({ events, lines, root, log }: SignedBalances): string =>
  `the root ${root.toString('base64')} over ${lines} accounts as of event ${events - 1} is signed by ${log.name} (key ${log.id})`;

const balancesFacts = ({ events, lines, root, log }: SignedBalances) => ({
  events,
  lines,
  root: root.toString('base64'),
  key: log.id,
});

const said = (dims: object): string =>
  Object.entries(dims)
    .map((each) => each.join(' '))
    .join(', ');

const entryLine = ({ debit, credit, currency, minor, decimals }: Entry): string =>
  `${decimal(minor, decimals)} ${currency} debited to ${debit.account}, credited to ${credit.account}, of ${debit.entity}`;

const sumLine = ({ entity, account, currency, decimals, debits, credits }: Sum): string =>
  `${entity} ${account} ${currency}: debits ${decimal(debits, decimals)}, credits ${decimal(credits, decimals)}`;
