/**
 * What can be made to go wrong, told over a control port: `POST /` with a fault as JSON, `DELETE /` takes all back;
 * `PUT /` with a file's name starts the log anew from it, as a new process would. Each answers what faults befell.
 * A fault waits for the next call of its kind, and is used up by it.
 */
import { createServer } from 'node:http';

/**
 * On an append:
 * - `reset-before`, `reset-after`: the connection breaks, nothing written or all written;
 * - `hang-before`, `hang-after`: no answer ever; `late`: written at once, answered after `ms`;
 * - `stall`: the commit takes `ms`, the append is on its way meanwhile;
 * - `not-leader`: names another endpoint; `not-ready`; `internal`: status 13;
 * - `wrong-after`: written, and answered with a wrong revision.
 * On a read or a subscription, after `after` events of it (default 0):
 * - `reset`, `internal`, `unavailable`, `end`: it dies in that way; `hang`: nothing more comes;
 * - `checkpoint`: a checkpoint of 2^64-1 comes.
 * @typedef {{ on: 'append' | 'read' | 'subscribe', kind: string, after?: number, ms?: number, times?: number,
 *   skip?: number }} Fault `times`: calls that it befalls, default 1; `skip`: calls that it lets pass before
 */

export class Faults {
  /** @type {Fault[]} */
  #waiting = [];
  /** Open connections, by the address of their other end. @type {Map<string, import('node:net').Socket>} */
  connections = new Map();
  /** How many calls each fault has befallen, by `on:kind`. @type {Map<string, number>} */
  befallen = new Map();

  /** @param {Fault} fault */
  add(fault) {
    this.#waiting.push({ ...fault });
  }

  clear() {
    this.#waiting = [];
    this.befallen.clear();
  }

  /** Breaks the connection that a call came on, as a dying server does. @param {{ getPeer(): string }} call */
  reset(call) {
    this.connections.get(call.getPeer())?.resetAndDestroy();
  }

  /** @param {Fault['on']} on @returns {Fault | undefined} */
  take(on) {
    const index = this.#waiting.findIndex((each) => each.on === on);
    const fault = this.#waiting[index];
    if (fault === undefined) return undefined;
    if ((fault.skip ?? 0) > 0) {
      fault.skip = (fault.skip ?? 0) - 1;
      return undefined;
    }
    fault.times = (fault.times ?? 1) - 1;
    if (fault.times === 0) this.#waiting.splice(index, 1);
    const key = `${on}:${fault.kind}`;
    this.befallen.set(key, (this.befallen.get(key) ?? 0) + 1);
    return fault;
  }
}

/**
 * @param {Faults} faults
 * @param {(file: string) => void} restart
 * @returns {Promise<import('node:http').Server>}
 */
export function listenForFaults(faults, restart) {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      if (request.method === 'POST') faults.add(JSON.parse(body));
      else if (request.method === 'DELETE') faults.clear();
      else if (request.method === 'PUT') restart(body);
      response.setHeader('connection', 'close');
      response.end(JSON.stringify(Object.fromEntries(faults.befallen)));
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
