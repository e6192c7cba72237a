import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedLeases } from '../../src/leases/embedded-leases.js';
import { writeVkey } from '../../src/transparency/keys.js';
import { LogBuilder, type LogBuilderOptions } from '../../src/transparency/log-builder.js';
import type { LogStatus } from '../../src/transparency/log-status.js';
import type { LogStorage } from '../../src/transparency/log-storage.js';
import { witnessedIn } from '../../src/transparency/published-log.js';
import { openSqliteLogStorage } from '../../src/transparency/sqlite/sqlite-log-storage.js';
import { readWitnesses } from '../../src/transparency/witnesses/witness-policy.js';
import { keyOf, parseNote, signedBy } from '../../src/verify/note.js';
import { envelope, LEDGER, newStream } from '../event-store/envelopes.js';
import { InMemoryEventStore } from '../event-store/in-memory.js';
import { logKey } from './support/keys.js';
import { WitnessServer, type Misbehaviour } from './support/witness-server.js';

const KEY = logKey('log.example.sa/ledger');
const VKEY = writeVkey(KEY);
/** A failure rests for a moment. What answers at all answers in time, also on a busy machine. */
const TIMES = { timeout: 600_000, pause: 5, longestPause: 20 };

let directory: string;
let storage: LogStorage;
let store: InMemoryEventStore;
let witnesses: WitnessServer[];
const ends: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sijill-witnessing-'));
  storage = openSqliteLogStorage(join(directory, 'transparency.db'));
  store = new InMemoryEventStore();
  witnesses = [];
  for (const name of ['one.example', 'two.example', 'three.example']) {
    const witness = await new WitnessServer(name).start();
    witness.know(VKEY);
    witnesses.push(witness);
  }
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  for (const witness of witnesses) await witness.stop();
  await storage.close();
  rmSync(directory, { recursive: true, force: true });
});

async function happen(count: number, into = store): Promise<void> {
  for (let at = 0; at < count; at++) {
    const event = envelope(newStream(), 0, { data: { note: `${at}` } });
    await into.append(event.stream, 'none', [event]);
  }
}

const policy = (quorum: string, of = witnesses): string =>
  [...of.map(({ line }) => line), `group all ${quorum} ${of.map(({ name }) => name).join(' ')}`, 'quorum all'].join(
    '\n',
  );

function run(text = policy('2'), options: Partial<LogBuilderOptions> = {}) {
  const said: string[] = [];
  let last: LogStatus = { state: 'waiting', size: 0 };
  const stop = new AbortController();
  const builder = new LogBuilder({
    ledger: LEDGER,
    reader: store,
    storage,
    leases: new EmbeddedLeases(),
    key: KEY,
    saltOf: (id) => createHmac('sha256', 'key').update(id).digest('hex'),
    witnesses: readWitnesses(text, VKEY),
    witnessTimes: TIMES,
    report: (status) => (last = status),
    log: (_, message) => said.push(message),
    paceMs: 2,
    ...options,
  });
  const running = builder.run(stop.signal);
  const end = async (): Promise<void> => {
    stop.abort();
    await running;
  };
  ends.push(end);
  const until = async (is: (status: LogStatus) => boolean): Promise<LogStatus> => {
    for (let tries = 0; tries < 10_000; tries++) {
      if (is(last)) return last;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    throw new Error(`never came there: ${JSON.stringify(last)} ${said.join('; ')}`);
  };
  return {
    said,
    end,
    until,
    signed: (size: number) => until((status) => status.size === size),
    witnessed: (size: number) => until((status) => status.witnessed === size),
    faulty: (fault: string) => until((status) => status.witnesses?.some((each) => each.fault === fault) === true),
  };
}

/** Whose good cosignatures a note bears, by the verifier. */
const cosignersOf = (note: string): string[] =>
  witnesses.filter(({ vkey }) => signedBy(parseNote(note), keyOf(vkey)) instanceof Date).map(({ name }) => name);
const published = async () => (await storage.signed())!;
const witnessed = () => witnessedIn({ reader: storage, vkey: VKEY, witnesses: readWitnesses(policy('2'), VKEY) });

describe('Witnesses', () => {
  it('cosign each checkpoint, and the published one shows who did', async () => {
    const log = run(policy('all'));
    for (const count of [1, 7, 300]) {
      await happen(count);
      const { size } = await log.until(
        ({ size, witnessed }) => size > 0 && size === witnessed && size === store.memory.rows.length,
      );
      expect(cosignersOf((await published()).note)).toEqual(witnesses.map(({ name }) => name));
      expect(await witnessed()).toMatchObject({ size, note: (await published()).note });
      for (const witness of witnesses) expect(witness.sizeOf(KEY.name)).toBe(size);
    }
    expect(log.said).toEqual([]);
  });

  it('are asked with the log’s signature alone, byte for byte as C2SP tlog-witness has it', async () => {
    await happen(3);
    await run(policy('all')).witnessed(3);
    for (const { asked } of witnesses) {
      expect(asked[0]).toMatch(
        /^old 0\n\nlog\.example\.sa\/ledger\n3\n[A-Za-z0-9+/]{43}=\n\n— log\.example\.sa\/ledger [A-Za-z0-9+/]{90}[A-Za-z0-9+/=]{2}\n$/,
      );
    }
  });

  it('are asked from the size on that they cosigned, and once more after a restart', async () => {
    await happen(3);
    const first = run();
    await first.until(({ witnesses: all }) => all?.every(({ cosigned }) => cosigned === 3) === true);
    await first.end();
    const { note } = await published();
    expect(cosignersOf(note)).toHaveLength(3);
    for (const { asked } of witnesses) asked.splice(0);

    // What was cosigned stays while nobody answers.
    for (const witness of witnesses) await witness.stop();
    const alone = run();
    expect(await alone.faulty('UNREACHABLE')).toMatchObject({ witnessed: 3 });
    expect((await published()).note).toBe(note);
    await alone.end();

    for (const witness of witnesses) await witness.start();
    await happen(1);
    const second = run();
    await second.until(({ witnesses: all }) => all?.every(({ cosigned }) => cosigned === 4) === true);
    for (const { asked } of witnesses) {
      // It does not know what they have seen since: it asks, is told 3, and goes on from there.
      expect(asked.map((body) => body.split('\n', 1)[0])).toEqual(expect.arrayContaining(['old 0', 'old 3']));
    }
    expect(second.said).toEqual([]);
  });

  it('that forgot what they cosigned are told all of it', async () => {
    await happen(3);
    const log = run(policy('all'));
    await log.witnessed(3);
    witnesses[0]!.know(VKEY);
    await happen(2);
    await log.witnessed(5);
    expect(log.said).toEqual([]);
  });

  it('witness the newest checkpoint that enough of them cosigned, while later ones are signed', async () => {
    await happen(2);
    const [one, two] = witnesses as [WitnessServer, WitnessServer, WitnessServer];
    const log = run(policy('all', [one, two]));
    await log.witnessed(2);
    await two.stop();
    await happen(2);
    await log.until(
      ({ size, witnesses: all }) => size === 4 && all![0]!.cosigned === 4 && all![1]!.fault !== undefined,
    );
    expect(cosignersOf((await published()).note)).toEqual(['one.example']);
    expect((await storage.witnessed())!.size).toBe(2);
    await two.start();
    await log.witnessed(4);
    expect((await published()).note).toBe((await storage.witnessed())!.note);
  });

  it('of another policy than the one of then do not make a checkpoint witnessed', async () => {
    await happen(2);
    await run(policy('1', [witnesses[0]!])).witnessed(2);
    expect(await storage.witnessed()).toMatchObject({ size: 2 });
    const other = readWitnesses(policy('all', [witnesses[1]!]), VKEY);
    expect(await witnessedIn({ reader: storage, vkey: VKEY, witnesses: other })).toBeUndefined();
    expect(await witnessedIn({ reader: storage, vkey: VKEY })).toBeUndefined();
  });
});

const garbage = (...answer: Parameters<typeof answers>): Misbehaviour => answers(...answer);
const answers =
  (status: number, body: string, headers: Record<string, string> = {}): Misbehaviour =>
  () => [status, body, headers];
const SIZE = { 'content-type': 'text/x.tlog.size' };

describe('A witness that does not do its part delays nothing, and shows', () => {
  const other = new WitnessServer('one.example.other');
  const LATER = 'log.example.sa/ledger\n9\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n';

  it.each<[string, Misbehaviour | 'down' | 'unknown', string]>([
    ['down', 'down', 'UNREACHABLE'],
    ['one that hangs up', (_, response) => (response.destroy(), 'answered'), 'UNREACHABLE'],
    ['one that never answers', (_, response) => witnesses[0]!.leave(response), 'TIMEOUT'],
    [
      'one whose answer never ends',
      (_, response) => {
        response.writeHead(200).write('— one.example ');
        return 'answered';
      },
      'TIMEOUT',
    ],
    ['megabytes', garbage(200, 'A'.repeat(8 * 1024 * 1024)), 'GARBAGE'],
    ['nothing', garbage(200, ''), 'WRONG_SIGNATURE'],
    ['a page', garbage(200, '<!doctype html><h1>Welcome</h1>\n', { 'content-type': 'text/html' }), 'GARBAGE'],
    ['what is no UTF-8', (_, response) => (response.end(Buffer.of(0xff, 0xfe, 0x0a)), 'answered'), 'GARBAGE'],
    ['a cosignature of another key', (body) => [200, other.cosign(textOf(body))], 'WRONG_SIGNATURE'],
    ['its cosignature of another checkpoint', () => [200, witnesses[0]!.cosign(LATER)], 'WRONG_SIGNATURE'],
    ['a cosignature without a time', (body) => [200, witnesses[0]!.cosign(textOf(body), 0n)], 'WRONG_SIGNATURE'],
    ['a redirection', garbage(307, '', { location: 'http://127.0.0.1:1/elsewhere' }), 'REFUSED'],
    ['an error', garbage(500, 'no'), 'REFUSED'],
    ['that there is too much to do', garbage(429, '', { 'retry-after': '60' }), 'REFUSED'],
    ['that nothing is proved, where nothing is to be proved', garbage(422, ''), 'REFUSED'],
    ['a log that it does not know', 'unknown', 'UNKNOWN_LOG'],
    ['a key that it does not know', garbage(403, ''), 'UNKNOWN_KEY'],
    ['a conflict without a size', garbage(409, '12\n'), 'GARBAGE'],
    ['a conflict with what is no size', garbage(409, '1e9\n', SIZE), 'GARBAGE'],
    [
      'a conflict with the size that it was told',
      (body) => [409, body.slice(4, body.indexOf('\n') + 1), SIZE],
      'GARBAGE',
    ],
  ])('%s', async (_, how, fault) => {
    const [bad] = witnesses as [WitnessServer];
    if (how === 'down') await bad.stop();
    else if (how === 'unknown') bad.know(writeVkey(logKey('another.example')));
    else bad.misbehave = how;
    if (how === 'unknown') {
      const stranger = await new WitnessServer(bad.name).start();
      await bad.stop();
      witnesses[0] = stranger;
    }
    await happen(2);
    // Where it is a matter of time, the good ones may seem slow for once, too.
    const log = run(policy('2'), fault === 'TIMEOUT' ? { witnessTimes: { ...TIMES, timeout: 200 } } : {});
    await log.witnessed(2);
    await log.until(({ witnesses: all }) => {
      const [one, two, three] = all!;
      return one!.fault === fault && one!.cosigned === 0 && two!.cosigned === 2 && three!.cosigned === 2;
    });
    const ofOne = () => log.said.filter((line) => line.startsWith('the witness one.example '));
    for (const count of [3, 4, 5]) {
      await happen(1);
      await log.witnessed(count);
    }
    expect(cosignersOf((await published()).note)).not.toContain('one.example');
    // However often it was asked since, it is said once.
    await log.until(() => witnesses[0]!.asked.length > 2 || how === 'down');
    expect(ofOne()).toEqual([expect.stringContaining(`the witness one.example does not cosign (${fault}): `)]);
    if (fault !== 'TIMEOUT') expect(log.said).toHaveLength(1);

    const mended = witnesses[0]!;
    mended.misbehave = undefined;
    if (how === 'down') await mended.start();
    mended.know(VKEY);
    await log.until(({ witnesses: all }) => all![0]!.fault === undefined && all![0]!.cosigned === 5);
    expect(ofOne()[1]).toBe('the witness one.example cosigns again');
    if (fault !== 'TIMEOUT') expect(log.said).toHaveLength(2);
    expect(cosignersOf((await published()).note)).toHaveLength(3);
  });

  it('what it answers for an earlier checkpoint does not replace a later one', async () => {
    await happen(1);
    let release: (() => void) | undefined;
    const [slow] = witnesses as [WitnessServer];
    slow.misbehave = (_, response, honest) => {
      const [status, body] = honest();
      if (release !== undefined) return [status, body];
      release = () => response.writeHead(status).end(body);
      return 'answered';
    };
    const log = run(policy('2'), { witnessTimes: { ...TIMES, timeout: 60_000 } });
    await log.witnessed(1);
    await happen(1);
    await log.witnessed(2);
    const { note } = await published();
    release!();
    await log.until(({ witnesses: all }) => all![0]!.cosigned === 2);
    expect((await published()).size).toBe(2);
    expect(cosignersOf(note)).toEqual(['two.example', 'three.example']);
    expect(cosignersOf((await published()).note)).toHaveLength(3);
  });

  it('is given up where the log is stopped', async () => {
    await happen(1);
    for (const witness of witnesses) witness.misbehave = (_, response) => witness.leave(response);
    const log = run(policy('all'), { witnessTimes: { ...TIMES, timeout: 600_000 } });
    await log.signed(1);
    await log.until(() => witnesses.every(({ asked }) => asked.length > 0));
    await log.end();
  });
});

describe('A witness that has seen another log than this one stops it', () => {
  /** The store and the log's own file, put back to where they were. */
  const startAnew = async (): Promise<void> => {
    await storage.close();
    rmSync(directory, { recursive: true, force: true });
    directory = mkdtempSync(join(tmpdir(), 'sijill-witnessing-'));
    storage = openSqliteLogStorage(join(directory, 'transparency.db'));
    store = new InMemoryEventStore();
  };
  const halted = async (halt: string, log = run(policy('all'))) => {
    expect(await log.until(({ state }) => state === 'halted')).toMatchObject({ halt });
    const before = await published();
    await happen(50);
    expect(log.said.filter((line) => line.includes(`the transparency log halted (${halt})`))).toHaveLength(1);
    expect(await published()).toEqual(before);
    await log.end();
    return log;
  };

  it('which cosigned more than is signed here (ROLLED_BACK)', async () => {
    await happen(5);
    const log = run(policy('all'));
    await log.witnessed(5);
    await log.end();
    await startAnew();
    await happen(3);
    const { said } = await halted('ROLLED_BACK');
    expect(said.join()).toContain(
      '.example cosigned 5 events of this log, and 3 is all that is known to be signed here',
    );
  });

  it('which cosigned another beginning (FORKED), of fewer events and of as many', async () => {
    await happen(5);
    const log = run(policy('all'));
    await log.witnessed(5);
    await log.end();
    for (const count of [9, 5]) {
      await startAnew();
      await happen(count);
      const { said } = await halted('FORKED');
      expect(said.join()).toContain('.example cosigned a tree of 5 events that this log does not begin with');
    }
  });

  it('and does so again after a restart', async () => {
    await happen(5);
    const log = run(policy('all'));
    await log.witnessed(5);
    await log.end();
    await startAnew();
    await happen(3);
    await halted('ROLLED_BACK');
    await halted('FORKED', run(policy('all'))); // 53 events by now
  });

  it('but not where another process has signed meanwhile what this one did not see', async () => {
    await happen(2);
    const log = run(policy('all'));
    await log.witnessed(2);
    let size = 0;
    witnesses[0]!.misbehave = (body, _, honest) => {
      const [status, text] = honest();
      if (status !== 200 || size > 0) return [status, text];
      size = Number(textOf(body).split('\n')[1]) + 1;
      return [409, `${size}\n`, SIZE];
    };
    const seen = storage.signed.bind(storage);
    storage.signed = async () => {
      const signed = await seen();
      return signed && { ...signed, size: Math.max(signed.size, size) as typeof signed.size };
    };
    await happen(1);
    await log.until(({ witnesses: all }) => all![1]!.cosigned === 3);
    await happen(1);
    await log.until(({ state, witnesses: all }) => state === 'running' && all![1]!.cosigned === 4);
    expect(log.said.filter((line) => line.includes('halted'))).toEqual([]);
  });
});

describe('SIJILL_WITNESSES', () => {
  it('takes the policy that verifiers are given, with URLs', () => {
    const text = `log ${VKEY}\n${policy('2')}\n`;
    const read = readWitnesses(text, VKEY);
    expect(read.witnesses.map(({ name, url }) => [name, url.href])).toEqual(
      witnesses.map(({ name, url }) => [name, `${url}/add-checkpoint`]),
    );
    expect(readWitnesses(policy('2').replaceAll('/w\n', '/w//\n'), VKEY).witnesses[0]!.url.pathname).toBe(
      '/w/add-checkpoint',
    );
    expect(readWitnesses('quorum none', VKEY).witnesses).toEqual([]);
  });

  it.each([
    ['no quorum', (text: string) => text.replace('quorum all', ''), 'the policy has no quorum line'],
    ['another log', (text: string) => `log ${writeVkey(logKey('other.example'))}\n${text}`, 'and not this one'],
    ['no URL', (text: string) => text.replaceAll(/ http\S+/g, ''), 'the witness one.example has no URL'],
    ['a file', (text: string) => text.replaceAll('http:', 'file:'), 'the witness one.example has no URL'],
    ['a password', (text: string) => text.replaceAll('//', '//me:secret@'), 'without a user'],
    ['a query', (text: string) => text.replaceAll('/w\n', '/w?key=1\n'), 'a query or a fragment'],
    ['a damaged key', (text: string) => text.replace('+', '+0'), 'is damaged'],
    [
      'two of one key',
      (text: string) => `${witnesses[0]!.line.replace('witness one', 'witness too')}\n${text}`,
      'one key twice',
    ],
  ])('is refused, and says why: %s', (_, bent, why) => {
    expect(() => readWitnesses(bent(`${policy('2')}\n`), VKEY)).toThrow(why);
    expect(() => readWitnesses(bent(`${policy('2')}\n`), VKEY)).toThrow('witness NAME VKEY URL');
  });
});

const textOf = (body: string): string => {
  const note = body.slice(body.indexOf('\n\n') + 2);
  return note.slice(0, note.indexOf('\n\n') + 1);
};
