/* A small log as a ledger publishes it, after the definitions of RFC 6962 and C2SP, and after nothing of ours. */
import { createHash, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

const sha256 = (...parts: readonly (Buffer | string)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const ZERO = Buffer.of(0);
const ONE = Buffer.of(1);

/** The largest power of two that is less. */
const half = (n: number): number => 2 ** Math.floor(Math.log2(n - 1));

/** RFC 6962, 2.1: MTH. */
export function rootOf(leaves: readonly string[]): Buffer {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return sha256(ZERO, leaves[0] as string);
  const k = half(leaves.length);
  return sha256(ONE, rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)));
}

/** RFC 6962, 2.1.1: PATH. */
export function pathOf(m: number, leaves: readonly string[]): Buffer[] {
  if (leaves.length === 1) return [];
  const k = half(leaves.length);
  return m < k
    ? [...pathOf(m, leaves.slice(0, k)), rootOf(leaves.slice(k))]
    : [...pathOf(m - k, leaves.slice(k)), rootOf(leaves.slice(0, k))];
}

/** RFC 6962, 2.1.2: PROOF. */
export const growthOf = (m: number, leaves: readonly string[]): Buffer[] =>
  m === 0 || m === leaves.length ? [] : subProof(m, leaves, true);

function subProof(m: number, leaves: readonly string[], isWhole: boolean): Buffer[] {
  if (m === leaves.length) return isWhole ? [] : [rootOf(leaves)];
  const k = half(leaves.length);
  return m <= k
    ? [...subProof(m, leaves.slice(0, k), isWhole), rootOf(leaves.slice(k))]
    : [...subProof(m - k, leaves.slice(k), false), rootOf(leaves.slice(0, k))];
}

/** Signs as its type says: 1, a log; 4, a witness. */
export class Signer {
  readonly #private: KeyObject;
  readonly vkey: string;
  readonly #id: Buffer;

  constructor(
    readonly name: string,
    readonly type: 1 | 4 = 1,
    privateKey = generateKeyPairSync('ed25519').privateKey,
  ) {
    const publicKey = createPublicKey(privateKey);
    this.#private = privateKey;
    const material = Buffer.concat([Buffer.of(type), Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url')]);
    this.#id = sha256(`${name}\n`, material).subarray(0, 4);
    this.vkey = `${name}+${this.#id.toString('hex')}+${material.toString('base64')}`;
  }

  /** The same key under another name. */
  as(name: string): Signer {
    return new Signer(name, this.type, this.#private);
  }

  line(text: string, time = 1_700_000_000): string {
    const stamp = Buffer.alloc(8);
    stamp.writeBigUInt64BE(BigInt(time));
    const message = this.type === 4 ? `cosignature/v1\ntime ${time}\n${text}` : text;
    const signature = sign(null, Buffer.from(message), this.#private);
    const bytes = [this.#id, ...(this.type === 4 ? [stamp] : []), signature];
    return `— ${this.name} ${Buffer.concat(bytes).toString('base64')}\n`;
  }
}

export const ORIGIN = 'ledger.example/log';

export function checkpointOf(leaves: readonly string[], signers: readonly Signer[], origin = ORIGIN): string {
  const text = `${origin}\n${leaves.length}\n${rootOf(leaves).toString('base64')}\n`;
  return `${text}\n${signers.map((signer) => signer.line(text)).join('')}`;
}

export const LEDGER = '0c7a4a52-6a43-4b8b-9d27-2f8f0d1a7b10';
const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** Of debts that are registered, each in a stream of its own, and then paid. */
export function eventAt(sequence: number, changes: Readonly<Record<string, unknown>> = {}): string {
  const leg = (account: string) => ({ account, dims: { debt: uuid(sequence), entity: 'party_city' } });
  const amount = { amount: `${sequence + 1}.50`, currency: 'SAR' };
  const event = {
    effectiveOn: '2026-01-01',
    entries: [{ ...amount, credit: leg('4300'), debit: leg('1200') }],
    evidence: [],
    id: uuid(sequence),
    ledger: LEDGER,
    recordedAt: '2026-01-01T09:00:00.000Z',
    revision: sequence % 2,
    stream: `debt-${uuid(Math.floor(sequence / 2))}`,
    type: 'debts.DebtRegistered',
    v: 1,
    ...changes,
  };
  return canonical(event);
}

/** Enough of RFC 8785 for the events above. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}

export const saltAt = (sequence: number): string => sha256(`salt ${sequence}`).toString('hex');

export function leafAt(event: string, sequence: number, salt = saltAt(sequence)): string {
  const h = sha256(Buffer.from(salt, 'hex'), event).toString('hex');
  return `{"h":"${h}","ledger":"${LEDGER}","seq":${sequence},"v":1}`;
}

const base64 = (hashes: readonly Buffer[]): string => hashes.map((hash) => `${hash.toString('base64')}\n`).join('');

export function recordOf(
  events: readonly string[],
  sequence: number,
  signers: readonly Signer[],
  disclosures: readonly string[] = [],
): string {
  const leaves = events.map((event, n) => leafAt(event, n));
  const disclosed = disclosures.map((each) => `disclosure ${each}\n`).join('');
  return (
    `sijill-proof-of-record@v1\nevent ${events[sequence]}\nsalt ${saltAt(sequence)}\n${disclosed}\n` +
    `c2sp.org/tlog-proof@v1\nindex ${sequence}\n${base64(pathOf(sequence, leaves))}\n${checkpointOf(leaves, signers)}`
  );
}

export const grownOf = (size: number, leaves: readonly string[], signers: readonly Signer[]): string =>
  `old ${size}\n${base64(growthOf(size, leaves))}\n${checkpointOf(leaves, signers)}`;

const encoded = (list: readonly string[]): string => Buffer.from(JSON.stringify(list)).toString('base64url');
const TOLD = ['c2FsdHNhbHRzYWx0c2FsdA', 'sourceAccount', 'SA0380000000608010167519'] as const;
const TOLD_BEFORE = ['sijill/commitment/1', 'ab12', 'party_x', 'note', 'سداد'] as const;

/** In RFC 9901's form, and in the one before it, with the event that commits to both. */
export const DISCLOSED = encoded(TOLD);
export const DISCLOSED_BEFORE = JSON.stringify(TOLD_BEFORE);
export const COMMITTED = eventAt(0, {
  evidence: [sha256(DISCLOSED).toString('base64url'), sha256(DISCLOSED_BEFORE).toString('hex')],
});
export const FORGED_DISCLOSURES: readonly (readonly [string, string])[] = [
  ['another value', encoded([TOLD[0], TOLD[1], 'SA0380000000608010167518'])],
  ['another name', encoded([TOLD[0], 'note', TOLD[2]])],
  ['another salt', encoded(['c2FsdHNhbHRzYWx0c2FsdB', TOLD[1], TOLD[2]])],
  ['what another event commits to', encoded(['b3RoZXJzYWx0b3RoZXJzYQ', TOLD[1], TOLD[2]])],
  ['the value under the name of another', encoded([TOLD[0], 'identifier', TOLD[2]])],
  ['padding', `${DISCLOSED}=`],
  ['another value, in the form before', JSON.stringify([...TOLD_BEFORE.slice(0, 4), 'دين'])],
  ['the one form as the other', JSON.stringify(TOLD)],
  ['nothing', ''],
];
