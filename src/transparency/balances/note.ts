import { InvalidValue } from '../../kernel/invalid-value.js';
import { parseBase64 } from '../base64.js';
import { HASH_BYTES, hashOf, treeSize, type Hash, type TreeSize } from '../hashes.js';
import { signingKey, type SigningKey } from '../keys.js';
import { signNote } from '../note.js';

/** What is signed of all balances. Nothing in it is about anybody. */
export interface BalancesHead {
  /** All that was recorded up to the event before this sequence counts, whatever its day. */
  readonly events: TreeSize;
  /** Of the transparency log at that size: which events these were. */
  readonly logRoot: Hash;
  /** Accounts whose balance is not zero: the leaves. */
  readonly lines: TreeSize;
  readonly root: Hash;
}

const FORM = 'sijill-balances@v2';

/** Notes of v1 are over another tree (docs/adr/0039): they stay recorded, and nothing is proved under them any more. */
export const isOfThisForm = (note: string): boolean => note.split('\n', 2)[1] === FORM;

/** Under a name of its own, the log's with this behind it: no client of the log takes the one for the other. */
export const balancesName = (origin: string): string => `${origin}/balances`;

/** @param seed of the log's key */
export const balancesKey = (origin: string, seed: Buffer): SigningKey => signingKey(balancesName(origin), seed);

/** A signed note whose second line is no number: what reads checkpoints refuses it (docs/adr/0035). */
export const signBalances = ({ events, logRoot, lines, root }: BalancesHead, key: SigningKey): string =>
  signNote(
    [
      key.name,
      FORM,
      `events ${events}`,
      `log ${logRoot.toString('base64')}`,
      `lines ${lines}`,
      `root ${root.toString('base64')}`,
      '',
    ].join('\n'),
    key,
  );

/** Of a note that was signed here. @throws InvalidValue `BALANCES_NOTE` */
export function headOf(note: string): BalancesHead {
  const [, events, logRoot, lines, root] =
    /^[^\n]+\nsijill-balances@v2\nevents (\d{1,15})\nlog (\S+)\nlines (\d{1,15})\nroot (\S+)\n\n/.exec(note) ?? [];
  const hash = (text: string | undefined): Hash => {
    const bytes = parseBase64(text ?? '');
    if (bytes?.length !== HASH_BYTES) throw new InvalidValue('BALANCES_NOTE', 'no note of balances');
    return hashOf(bytes);
  };
  return { events: treeSize(Number(events)), logRoot: hash(logRoot), lines: treeSize(Number(lines)), root: hash(root) };
}
