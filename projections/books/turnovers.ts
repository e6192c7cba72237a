import type { ReadModelReader } from '../../src/read-models/read-models.js';
import { FIRST_DAY } from '../../src/kernel/calendar.js';
import { dayBefore, totalsOf, type Total } from './balances.js';
import { NONE, partyDays } from './keys.js';
import { linesOf } from './ledger.js';

/** What is asked for: of an entity, a party or both; `debt`, `receipt` and `subscription` narrow a party's. */
export interface Asked {
  readonly entity?: string | undefined;
  readonly party?: string | undefined;
  readonly account?: string | undefined;
  readonly currency?: string | undefined;
  readonly sector?: string | undefined;
  readonly ground?: string | undefined;
  readonly debt?: string | undefined;
  readonly receipt?: string | undefined;
  readonly subscription?: string | undefined;
  /** Undefined: from the beginning. */
  readonly from?: string | undefined;
  readonly to: string;
}

/** In minor units. */
export interface Turnover {
  readonly entity: string;
  readonly account: string;
  readonly currency: string;
  readonly sector: string | null;
  /** Before the first day: debits minus credits. */
  opening: bigint;
  debits: bigint;
  credits: bigint;
}

/** What a party's line is chosen by, besides its account and currency. */
const DIMS = ['entity', 'sector', 'ground', 'debt', 'receipt', 'subscription'] as const;

/** By entity, account, currency and sector; where nothing was posted up to the last day there is none. */
export async function turnoversOf(models: ReadModelReader, asked: Asked, sequence: number): Promise<Turnover[]> {
  const sums = new Sums(asked.from);
  if (asked.party !== undefined) await ofParty(models, asked, asked.party, sequence, sums);
  else if (asked.entity !== undefined) await ofEntity(models, { ...asked, entity: asked.entity }, sequence, sums);
  return sums.list();
}

/** Line by line: a party has few. */
async function ofParty(models: ReadModelReader, asked: Asked, party: string, sequence: number, sums: Sums) {
  const { account, currency, to } = asked;
  for await (const line of linesOf(models, partyDays(party), { from: FIRST_DAY, to, sequence })) {
    if (account !== undefined && line.account !== account) continue;
    if (currency !== undefined && line.currency !== currency) continue;
    if (DIMS.some((dim) => asked[dim] !== undefined && line.dims[dim] !== asked[dim])) continue;
    const { entity = '', sector = NONE } = line.dims;
    const [debits, credits] = line.minor > 0n ? [line.minor, 0n] : [0n, -line.minor];
    sums.add([entity, line.account, line.currency, sector], line.effectiveOn, { debits, credits });
  }
}

async function ofEntity(models: ReadModelReader, asked: Asked & { entity: string }, sequence: number, sums: Sums) {
  const before = asked.from === undefined ? undefined : dayBefore(asked.from);
  const days = [asked.to, ...(before === undefined ? [] : [before])];
  for (const { book, totals } of await totalsOf(models, asked, sequence, days)) {
    const [through, opening = { debits: 0n, credits: 0n }] = totals as [Total, Total | undefined];
    if (through.debits === 0n && through.credits === 0n) continue; // it comes later
    const key = [book.entity, book.account, book.currency, book.sector ?? NONE];
    if (before !== undefined) sums.add(key, before, opening);
    const within = { debits: through.debits - opening.debits, credits: through.credits - opening.credits };
    sums.add(key, asked.to, within);
  }
}

class Sums {
  readonly #sums = new Map<string, Turnover>();

  constructor(private readonly from: string | undefined) {}

  add(key: readonly string[], on: string, { debits, credits }: Total): void {
    const text = key.join(' ');
    const sum = this.#sums.get(text) ?? empty(key);
    this.#sums.set(text, sum);
    if (this.from !== undefined && on < this.from) {
      sum.opening += debits - credits;
    } else {
      sum.debits += debits;
      sum.credits += credits;
    }
  }

  list(): Turnover[] {
    return [...this.#sums.keys()].sort().map((key) => this.#sums.get(key) as Turnover);
  }
}

function empty([entity = '', account = '', currency = '', sector = NONE]: readonly string[]): Turnover {
  const named = sector === NONE ? null : sector;
  return { entity, account, currency, sector: named, opening: 0n, debits: 0n, credits: 0n };
}
