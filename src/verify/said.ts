/* What was proved, in words; and what was not, for no proof says more than it says. */
import { readFileSync } from 'node:fs';
import type { Audited } from './audit.js';
import { decimal, type ProvedBalances, type SignedBalances } from './balances.js';
import type { Signed } from './checkpoint.js';
import type { Key } from './note.js';
import type { Proved } from './record.js';

/** A sentence of `sentences.json` by its name, with these values at its `{0}`, `{1}` and so on. */
export type Say = (name: string, ...values: readonly (string | number)[]) => string;

const SENTENCES = JSON.parse(readFileSync(new URL('./sentences.json', import.meta.url), 'utf8')) as {
  readonly [language: string]: { readonly [name: string]: string };
};

/** @param language `en` or `ar` */
export const saying =
  (language: string): Say =>
  (name, ...values) =>
    SENTENCES[language]![name]!.replace(/\{(\d)\}/g, (_, n) => String(values[Number(n)]));

export interface Said {
  readonly title: string;
  /** The thing itself. */
  readonly shown: readonly string[];
  readonly checked: readonly string[];
  readonly open: readonly string[];
  /** The same, for programs. */
  readonly facts: object;
}

export function saidOfRecord({ event, sequence, checkpoint, disclosures }: Proved, say: Say): Said {
  const { ledger, id, type, stream, revision, recordedAt, effectiveOn } = event;
  const entries = event.entries.map(({ minor, decimals, ...entry }) => ({
    ...entry,
    amount: decimal(minor, decimals),
  }));
  return {
    title: say('record', sequence, ledger, checkpoint.origin),
    shown: [
      say('event', type, revision, stream, id),
      say('times', recordedAt, effectiveOn),
      ...entries.map(({ amount, currency, debit, credit }) =>
        say('entry', `${amount} ${currency}`, debit.account, credit.account, debit.entity),
      ),
      ...disclosures.map(({ name, value }) => say('disclosed', name, JSON.stringify(value))),
    ],
    checked: [
      ...checkedOf(checkpoint, say),
      say('canonical'),
      say('leaf', sequence),
      ...(disclosures.length > 0 ? [say('disclosures')] : []),
    ],
    open: [say('later'), say('outside'), say('pseudonyms'), ...openOf(checkpoint, say)],
    facts: { ...factsOf(checkpoint), sequence, event: { ...event, entries }, disclosures },
  };
}

export function saidOfGrowth({ earlier, later }: { readonly earlier: Signed; readonly later: Signed }, say: Say): Said {
  return {
    title: say('growth', later.origin, later.size, earlier.size),
    shown: [say('earlierRoot', earlier.root.toString('base64')), say('laterRoot', later.root.toString('base64'))],
    checked: [...checkedOf(earlier, say), ...checkedOf(later, say), say('unchanged')],
    open: [say('otherEvents'), ...openOf(later, say)],
    facts: { earlier: factsOf(earlier), later: factsOf(later) },
  };
}

export function saidOfBalances({ ledger, party, balances, signed }: ProvedBalances, say: Say): Said {
  return {
    title: say('held', party, ledger, signed.events),
    shown: balances.map(({ account, balance, currency, dims }) => {
      const named = Object.entries(dims).map((each) => each.join(' '));
      return say('balance', account, `${balance} ${currency}`, named.join(', '));
    }),
    checked: [rootOf(signed, say), say('lines', balances.length)],
    open: [say('nothingElse'), say('how')],
    facts: { ledger, party, balances, signed: balancesFacts(signed) },
  };
}

export function saidOfAudit({ checkpoint, sums, balances, ...audited }: Audited, say: Say): Said {
  const { ledger, events, streams, entries, first, last } = audited;
  const totals = sums.map(({ decimals, debits, credits, ...of }) => ({
    ...of,
    debits: decimal(debits, decimals),
    credits: decimal(credits, decimals),
  }));
  return {
    title: say('audit', events, ledger, checkpoint.origin),
    shown: [
      say('span', first, last, streams),
      ...totals.map(({ entity, account, currency, debits, credits }) =>
        say('sum', `${entity} ${account} ${currency}`, debits, credits),
      ),
    ],
    checked: [
      ...checkedOf(checkpoint, say),
      say('root', events),
      say('streams', streams),
      say('entries', entries),
      say('added'),
      ...balances.map((signed) => say('same', rootOf(signed, say))),
    ],
    open: [balances.length > 0 ? say('leftOut') : say('told'), say('outsideAll'), ...openOf(checkpoint, say)],
    facts: { ...factsOf(checkpoint), ...audited, balances: balances.map(balancesFacts), sums: totals },
  };
}

const keyOf = ({ name, id }: Key, say: Say): string => say('key', name, id);

const checkedOf = ({ size, log, witnesses }: Signed, say: Say): string[] => [
  say('signed', size, keyOf(log, say)),
  ...witnesses.map(({ key, time }) => say('cosigned', keyOf(key, say), time.toISOString())),
];

const openOf = ({ witnesses }: Signed, say: Say): string[] => (witnesses.length > 0 ? [] : [say('unwitnessed')]);

const factsOf = ({ origin, size, root, log, witnesses }: Signed) => ({
  origin,
  size,
  root: root.toString('base64'),
  key: log.id,
  witnesses: witnesses.map(({ key, time }) => ({ name: key.name, key: key.id, time: time.toISOString() })),
});

const rootOf = ({ events, lines, root, log }: SignedBalances, say: Say): string =>
  say('balancesRoot', root.toString('base64'), lines, events - 1, keyOf(log, say));

const balancesFacts = ({ events, lines, root, log }: SignedBalances) => ({
  events,
  lines,
  root: root.toString('base64'),
  key: log.id,
});
