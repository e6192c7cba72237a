import type { Queue } from 'bull';

/** What Bull has and its types leave out: connections that are made when they are first asked for. */
interface Untyped {
  readonly bclient: object;
  readonly eclient: object;
}

/** Now, so that a queue that is closed while it starts closes them: Bull would open them after that. */
export function openConnections<Data>(queue: Queue<Data>): void {
  const { bclient, eclient } = queue as unknown as Untyped;
  void [bclient, eclient];
}
