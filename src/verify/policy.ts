/* Whom one believes (c2sp.org/tlog-policy): logs, witnesses, and how many of these must have cosigned. */
import { prove } from './fault.js';
import { keyOf, type Key } from './note.js';

type Member = { readonly name: string; readonly key: Key } | Group;
interface Group {
  readonly name: string;
  readonly least: number;
  readonly of: readonly Member[];
}

export interface Policy {
  readonly logs: readonly Key[];
  readonly witnesses: readonly {
    readonly name: string;
    readonly key: Key;
    /** Where a log asks it (c2sp.org/tlog-witness); who verifies needs none. */
    readonly url?: string;
  }[];
  /** undefined: no witness is asked for. */
  readonly quorum: Member | undefined;
}

/** One log, and no witnesses. @throws NotProved for what is no vkey of a log */
export function trusting(vkey: string): Policy {
  const key = keyOf(vkey.trim());
  prove(!key.isCosigner, `${key.name} is a witness's key, not a log's`);
  return { logs: [key], witnesses: [], quorum: undefined };
}

/**
 * @param known the log that it is about, where that is known: then the policy need not name it, or names it among others
 * @throws NotProved naming the line that is no policy's
 */
export function parsePolicy(text: string, known?: Key): Policy {
  const logs: Key[] = [];
  const witnesses: { name: string; key: Key; url?: string }[] = [];
  const members = new Map<string, Member>();
  const used = new Set<string>();
  let quorum: { of: Member | undefined } | undefined;

  const define = (member: Member, where: string): void => {
    prove(member.name !== 'none' && !members.has(member.name), `${where}: ${member.name} is defined already`);
    members.set(member.name, member);
  };
  const defined = (name: string, where: string): Member => {
    const member = members.get(name);
    prove(member !== undefined, `${where}: ${name} is not defined on a line before`);
    return member;
  };
  for (const [n, line] of text.split('\n').entries()) {
    const where = `line ${n + 1} of the policy`;
    const [word, name = '', ...rest] = line.trim().split(/[ \t]+/);
    if (word === '' || word === undefined || word.startsWith('#')) continue;
    prove(name !== '', `${where}: ${word} of what?`);
    if (word === 'log') {
      const key = keyOf(name);
      prove(!key.isCosigner && rest.length <= 1, `${where} is no log: log VKEY [URL]`);
      logs.push(key);
    } else if (word === 'witness') {
      const [vkey = '', url, ...more] = rest;
      const key = keyOf(vkey);
      prove(key.isCosigner && more.length === 0, `${where} is no witness: witness NAME VKEY [URL]`);
      witnesses.push({ name, key, ...(url !== undefined && { url }) });
      define({ name, key }, where);
    } else if (word === 'group') {
      const [threshold = '', ...names] = rest;
      const of = names.map((each) => {
        prove(!used.has(each), `${where}: ${each} is in a group already`);
        used.add(each);
        return defined(each, where);
      });
      const least = threshold === 'all' ? of.length : threshold === 'any' ? 1 : Number(threshold);
      const isPossible = /^(all|any|[1-9][0-9]{0,3})$/.test(threshold) && of.length > 0 && least <= of.length;
      prove(isPossible, `${where} is no group: group NAME all|any|K MEMBER…`);
      define({ name, least, of }, where);
    } else if (word === 'quorum') {
      prove(quorum === undefined && rest.length === 0, `${where}: there is one line quorum NAME`);
      quorum = { of: name === 'none' ? undefined : defined(name, where) };
    } else {
      prove(false, `${where}: ${word} is none of log, witness, group, quorum`);
    }
  }
  if (known !== undefined && logs.length === 0) logs.push(known);
  const keys = [...logs, ...witnesses.map(({ key }) => key)].map(
    ({ publicKey }) => publicKey.export({ format: 'jwk' }).x,
  );
  prove(new Set(keys).size === keys.length, 'the policy names one key twice');
  prove(quorum !== undefined, 'the policy has no quorum line: quorum none asks for no witness');
  prove(logs.length > 0, 'the policy names no log');
  const isNamed = known === undefined || logs.some(({ vkey }) => vkey === known.vkey);
  prove(isNamed, `the policy names logs, and not this one, ${known?.vkey}`);
  return { logs, witnesses, quorum: quorum.of };
}

/** @returns what is missing, in words; undefined: enough of them have cosigned */
export function isWitnessed({ quorum }: Policy, cosigned: ReadonlySet<Key>): string | undefined {
  if (quorum === undefined || counts(quorum, cosigned)) return undefined;
  return `${quorum.name} asks for ${'of' in quorum ? `${quorum.least} of ${quorum.of.map(({ name }) => name).join(', ')}` : 'its cosignature'}`;
}

function counts(member: Member, cosigned: ReadonlySet<Key>): boolean {
  if ('key' in member) return cosigned.has(member.key);
  return member.of.filter((each) => counts(each, cosigned)).length >= member.least;
}
