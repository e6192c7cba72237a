import { canonicalEvent } from '../../../src/event-store/canonical.js';
import { ROUTES } from '../../../src/http/access.js';
import type { HttpPorts } from '../../../src/http/ports.js';
import { sightOf } from '../../../src/http/reads.js';
import type { Role } from '../../../src/kernel/envelope.js';
import { provedIn } from '../../../src/transparency/published-log.js';
import { writeRecord } from '../../../src/transparency/record.js';
import type { Published } from '../../../src/transparency/transparency.controller.js';
import type { EventsAt } from '../../events-at.js';
import { hidesFrom } from '../../shown.js';
import type { Upcast } from '../../upcast.js';
import { isVisible } from './visible.js';

export interface ProofSources extends Published {
  readonly eventsAt: EventsAt;
  readonly upcast: Upcast;
  /** `FeedHost` */
  waitForProjections(sequence: number, timeoutMs: number): Promise<boolean>;
  waitForCheckpoint(sequence: number, timeoutMs: number): Promise<boolean>;
}

/** Who may ask for it by itself, gets it with the answer to a command, too. */
const ROLES: readonly Role[] = ROUTES['GET /v1/proofs-of-record/{id}'].roles;

/** The proof of record of an event that a command made just now (`Prefer: proof`): nothing personal is disclosed with it. */
export const proofFor = (sources: ProofSources): HttpPorts['proofFor'] => {
  // The command is recorded: whatever keeps its proof back must not make another answer of it.
  return (...asked) => find(...asked).catch(() => ({}));

  async function find(...[caller, sequence, timeoutMs]: Parameters<HttpPorts['proofFor']>) {
    const { log, eventsAt, upcast } = sources;
    if (log === undefined || !ROLES.includes(caller.role)) return undefined;
    const until = performance.now() + timeoutMs;
    const left = (): number => Math.max(0, until - performance.now());
    if (!(await sources.waitForProjections(sequence, left()))) return {};
    const [{ event } = {}] = await eventsAt([sequence]);
    const sight = sightOf(caller);
    if (event === undefined || !isVisible(sight, upcast(event)) || hidesFrom(sight, event)) return undefined;
    await sources.waitForCheckpoint(sequence, left()); // another process may have signed it, too
    const signed = await log.reader.signed();
    if (signed === undefined || sequence >= signed.size) return {};
    const proof = await provedIn(log, sequence, signed);
    return { text: writeRecord(canonicalEvent(event), sources.saltOf(event.id), proof, []) };
  }
};
