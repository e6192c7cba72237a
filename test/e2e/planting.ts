import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Planted, type Found } from './planted.js';
import { until, type Server } from './server.js';

/* Personal values that stand out are planted in everything a ledger takes in, and looked for in everything it gives out. */

const CITY = 'party_11111111-1111-4111-8111-111111111111';
const BANK = 'party_44444444-4444-4444-8444-444444444444';

export const VALUES = {
  name: 'زرقاء بنت يمامة المغروسة',
  identifier: '1087362453',
  mobile: '+966598362714',
  email: 'planted.zarqa@yamama.example',
  address: 'حي المغروسات، شارع اليمامة الزرقاء 7',
  account: 'SA3505000068203847561029',
  evidence: 'my planted hardship: a camel called Yamama',
  subject: 'planted-subject-of-zarqa',
  key: 'planted-idempotency-key-of-zarqa',
};
const { name, identifier, mobile, email, address, account, evidence, subject, key } = VALUES;
export const planted = new Planted(VALUES);

/** Nobody's secret: whatever is not found where it must be was not looked through. */
export const REFERENCE = 'TX-planted-in-public';

interface Asked {
  readonly who?: string;
  readonly body?: object | string;
  readonly headers?: Record<string, string>;
  /** The answer is for who may read what is in it. */
  readonly isForReader?: boolean;
  /** What is public and in the answer. */
  readonly control?: string;
}

/** A run of a whole ledger, and the search through all that it leaves. */
export class Planting {
  readonly found: Found[] = [];
  /** Places where what is public, and there, was not found. */
  readonly blind: string[] = [];
  /** The pseudonym of whom the values belong to. */
  party = '';
  readonly #out = mkdtempSync(join(tmpdir(), 'sijill-planted-'));
  readonly #tokens: Record<string, string> = {};
  #keys = 0;

  /** @param stores what the environment says of them; for the command line */
  constructor(
    readonly server: Server,
    private readonly stores: Readonly<Record<string, string>> = {},
  ) {}

  /** @param control what is public and must be found there by the same search */
  look(where: string, bytes: Buffer, control?: string): void {
    this.found.push(...planted.in(where, bytes));
    if (control !== undefined && new Planted({ control }).in(where, bytes).length === 0) this.blind.push(where);
  }

  /** Every file below a directory, and its name. @param control in one of them at least */
  lookIn(directory: string, control: string): void {
    const open = new Planted({ control });
    let isSeen = false;
    for (const file of readdirSync(directory, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const path = join(file.parentPath, file.name);
      const bytes = readFileSync(path);
      this.look(`name of ${path}`, Buffer.from(path));
      this.look(path, bytes);
      isSeen ||= open.in(path, bytes).length > 0;
    }
    if (!isSeen) this.blind.push(directory);
  }

  /** Whatever is answered to who may not read personal data is looked through, headers too. */
  async ask(method: string, path: string, { who, body, headers = {}, isForReader, control }: Asked = {}) {
    const response = await fetch(`${this.server.url}${path}`, {
      method,
      headers: {
        ...(who !== undefined && { authorization: `Bearer ${this.#tokens[who]}` }),
        ...(method === 'POST' && {
          'content-type': 'application/json',
          'idempotency-key': `${key}-${++this.#keys}`,
          prefer: 'wait=10',
        }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const where = `${method} ${path} ${response.status}`;
    if (isForReader !== true) {
      this.look(where, Buffer.from(JSON.stringify([...response.headers])));
      this.look(where, bytes, control);
    }
    const isJson = /^application\/(problem\+)?json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, bytes, body: isJson ? JSON.parse(bytes.toString()) : undefined };
  }

  /** What is planted, what answers to who may read it, and everything else that is answered. */
  async run(): Promise<void> {
    const { server } = this;
    for (const role of ['clerk', 'approver', 'auditor', 'regulator', 'operator']) {
      this.#tokens[role] = await server.token(`${subject}-${role}`, role, CITY);
    }
    this.#tokens['bank'] = await server.token('bank', 'bank', BANK);
    const debt = await this.#command();
    await server.quiet();
    await this.#read(debt);
    await this.#askAll(debt);
  }

  /** Commands, accepted, repeated and refused. @returns the debt */
  async #command(): Promise<string> {
    const person = { kind: 'individual', identifier, name, mobile, email, address };
    const early = { ...person, effectiveOn: '2099-01-01' };
    expect((await this.ask('POST', '/v1/parties', { who: 'clerk', body: early })).status).toBe(422);
    const once = { 'idempotency-key': `${key}-once` };
    const recorded = await this.ask('POST', '/v1/parties', { who: 'clerk', body: person, headers: once });
    expect(recorded.status).toBe(200);
    expect((await this.ask('POST', '/v1/parties', { who: 'clerk', body: person, headers: once })).status).toBe(200);
    const another = { who: 'clerk', body: { ...person, name: `${name} ${name}` }, headers: once };
    expect((await this.ask('POST', '/v1/parties', another)).status).toBe(409);
    const party = recorded.body.party as string;
    this.party = party;
    this.#tokens['person'] = await this.server.token(`${subject}-person`, 'debtor', party);
    const corrections = `/v1/parties/${party}/corrections`;
    const correction = { reason: 'changed', email, address };
    expect((await this.ask('POST', corrections, { who: 'person', body: correction })).status).toBe(200);
    const refusal = { who: 'person', body: { reason: 'changed', name } };
    expect((await this.ask('POST', corrections, refusal)).status).toBe(403);
    const amount = { amount: '115.00', currency: 'SAR' };
    const draft = { debtor: party, creditor: CITY, ground: 'traffic-fine', amount };
    const debt = (await this.ask('POST', '/v1/debts', { who: 'clerk', body: draft })).body.id as string;
    const registration = { who: 'approver', body: {}, headers: { 'if-match': '"0"' } };
    expect((await this.ask('POST', `/v1/debts/${debt}/registration`, registration)).status).toBe(200);
    const hardship = { ground: 'hardship', evidence, amount: { amount: '1.00', currency: 'SAR' } };
    const exemptions = `/v1/debts/${debt}/exemption-requests`;
    expect((await this.ask('POST', exemptions, { who: 'person', body: hardship })).status).toBe(200);
    expect((await this.ask('POST', exemptions, { who: 'person', body: hardship })).status).toBe(409);
    const facts = { payer: party, payee: CITY, target: { debt }, amount, channel: 'sadad', paidOn: '2026-01-15' };
    const payment = { ...facts, reference: REFERENCE, sourceAccount: account };
    expect((await this.ask('POST', '/v1/receipts', { who: 'bank', body: payment })).status).toBe(201);
    const other = { ...payment, amount: { amount: '1.00', currency: 'SAR' } };
    expect((await this.ask('POST', '/v1/receipts', { who: 'bank', body: other })).status).toBe(409);
    const lookup = { kind: 'individual', identifier, purpose: 'identification' };
    const hit = await this.ask('POST', '/v1/parties/lookup', { who: 'clerk', body: lookup, isForReader: true });
    expect(hit.status).toBe(200);
    const wrongly = { who: 'clerk', body: { ...lookup, purpose: 'audit' } };
    expect((await this.ask('POST', '/v1/parties/lookup', wrongly)).status).toBe(403);
    await this.#misplace(person, draft, payment);
    return debt;
  }

  /** Where none belongs, and what is no request at all. */
  async #misplace(person: object, draft: object, payment: object): Promise<void> {
    for (const value of Object.values(VALUES)) {
      const text = `${value}@`;
      const account_ = value.slice(1);
      const unlike = { ...person, kind: value, name: `${value} 12`, mobile: `${value}x` };
      const wrong = [
        ['POST', '/v1/debts', { who: 'clerk', body: { ...draft, ground: value, debtor: value } }],
        ['POST', '/v1/receipts', { who: 'bank', body: { ...payment, reference: text, sourceAccount: account_ } }],
        ['POST', '/v1/parties', { who: 'clerk', body: unlike }],
        ['POST', '/v1/parties', { who: 'bank', body: person }],
        ['POST', '/v1/parties', { who: 'clerk', body: `{"name": "${value}", ` }],
        // The name of a field that is none is told back to who sent it, and to nobody else.
        ['POST', '/v1/parties', { who: 'clerk', body: { [value]: value }, isForReader: true }],
        [
          'POST',
          '/v1/parties/lookup',
          { who: 'bank', body: { kind: 'individual', identifier: value, purpose: value } },
        ],
        ['GET', `/v1/debts?debtor=${encodeURIComponent(value)}`, { who: 'clerk' }],
        ['GET', `/v1/debts?${encodeURIComponent(value)}=1`, { who: 'clerk', isForReader: true }],
        ['GET', `/v1/debts/${encodeURIComponent(value)}`, { who: 'clerk' }],
        ['GET', `/v1/nothing/${encodeURIComponent(value)}`, { who: 'clerk' }],
        ['GET', '/v1/debts', { headers: { authorization: `Bearer ${Buffer.from(value).toString('base64url')}` } }],
        ['GET', '/v1/debts', { who: 'clerk', headers: { 'x-name': encodeURIComponent(value), 'if-match': '"x"' } }],
      ] as const;
      for (const [method, path, asked] of wrong) {
        const { status } = await this.ask(method, path, asked as Asked);
        expect([path.slice(0, 12), status >= 400 || path === '/v1/debts']).toEqual([path.slice(0, 12), true]);
      }
    }
  }

  /** Whoever may read them reads them: the scan has something to find. */
  async #read(debt: string): Promise<void> {
    const readable = async (who: string, path: string, whats: readonly string[]): Promise<void> => {
      const { bytes } = await this.ask('GET', path, { who, isForReader: true });
      expect(planted.in('', bytes).map(({ what }) => what)).toEqual(expect.arrayContaining([...whats]));
    };
    await readable('clerk', `/v1/debts/${debt}?purpose=collection`, ['name', 'identifier']);
    await readable('person', `/v1/parties/${this.party}/personal-data`, ['account', 'evidence', 'address', 'email']);
  }

  async #askAll(debt: string): Promise<void> {
    const list = (await this.ask('GET', '/v1/reports', { who: 'auditor' })).body.items as readonly { name: string }[];
    expect(list.length).toBeGreaterThan(10);
    const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
    for (const { name: report } of list) {
      for (const accept of ['application/json', 'text/csv', xlsx, 'application/pdf']) {
        // A cell of a sheet, or of a page, is written glyph by glyph or compressed: the columns' names stand for all.
        const control = report === 'access-log' && accept !== 'application/pdf' ? this.party : undefined;
        await this.ask('GET', `/v1/reports/${report}`, {
          who: 'auditor',
          headers: { accept },
          ...(control !== undefined && { control }),
        });
      }
    }
    const { party } = this;
    const pages: readonly (readonly [path: string, control?: string])[] = [
      [`/v1/debts/${debt}`, party],
      [`/v1/debts/${debt}/events`, 'debts.DebtDrafted'],
      [`/v1/debts/${debt}/explain`],
      ['/v1/debts', party],
      ['/v1/receipts', REFERENCE],
      ['/v1/attempts', '"actor"'],
      ['/v1/audit', party],
      [`/v1/audit?party=${party}`, party],
      ['/v1/exports/events.ndjson', REFERENCE],
      [`/v1/parties/${party}/access-log`, 'collection'],
      ['/v1/projections', 'parties'],
      ['/v1/jobs', 'keep-erasures'],
      ['/metrics', 'RecordParty'],
      ['/health/ready', 'vault'],
      ['/openapi.json', 'erasure-requests'],
      ['/transparency/checkpoint'],
      ['/transparency/tile/entries/000.p/1'],
    ];
    for (const [path, control] of pages) {
      let isSeen = false;
      for (const who of ['auditor', 'operator', 'bank']) {
        const { bytes } = await this.ask('GET', path, { who });
        isSeen ||= control === undefined || bytes.includes(control);
      }
      if (!isSeen) this.blind.push(path);
    }
    const events = (await this.ask('GET', '/v1/audit', { who: 'auditor' })).body.items as readonly { id: string }[];
    for (const { id } of events) {
      const status = async () => (await this.ask('GET', `/v1/proofs-of-record/${id}`, { who: 'auditor' })).status;
      expect(await until(status, (each) => each !== 202)).toBe(200);
    }
  }

  /** Everything that the command line writes of the ledger, to files and to whoever runs it. */
  writeFiles(): void {
    const file = (name_: string): string => join(this.#out, name_);
    this.#sijill('export', file('bundle'));
    this.#sijill('export', '--out', file('ledger.jsonl.gz'));
    this.#sijill('export', '--audit', file('audit'));
    this.#sijill('transparency', 'export', file('log'));
    for (const format of ['ledger', 'beancount', 'csv', 'ndjson', 'schema']) {
      this.#sijill('journal', '--format', format, '--out', file(`journal.${format}`));
    }
    const env = { PATH: process.env['PATH'], SIJILL_DATA: this.server.data, ...this.stores };
    const doctor = spawnSync(process.execPath, ['dist/src/cli/main.js', 'doctor'], { env });
    this.look('sijill doctor', Buffer.concat([doctor.stdout, doctor.stderr]));
    this.lookIn(file('bundle'), REFERENCE);
    this.lookIn(file('audit'), REFERENCE);
    this.lookIn(file('log'), 'sijill');
    this.lookIn(this.#out, REFERENCE);
  }

  #sijill(...args: readonly string[]): void {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/src/cli/main.js', ...args], {
      env: { PATH: process.env['PATH'], SIJILL_DATA: this.server.data, LOG_LEVEL: 'trace', ...this.stores },
      maxBuffer: 1 << 28,
    });
    this.look(`sijill ${args.join(' ')}`, Buffer.concat([stdout, stderr]));
    expect([args.slice(0, 3), status, stderr.toString()]).toEqual([args.slice(0, 3), 0, expect.anything()]);
  }

  /** What the process said on both of its streams. */
  lookAtLogs(): void {
    const { said, erred } = this.server;
    expect(said.some((line) => line.includes('"level":20'))).toBe(true);
    for (const line of [...said, ...erred]) this.look(`log: ${line.slice(0, 80)}`, Buffer.from(line));
    this.look('log', Buffer.from(said.join('\n')), 'answers on');
  }

  /** Nothing was found, and the search saw what it looked at. */
  settle(): void {
    expect([this.found, this.blind]).toEqual([[], []]);
  }

  dispose(): void {
    rmSync(this.#out, { recursive: true, force: true });
  }
}
