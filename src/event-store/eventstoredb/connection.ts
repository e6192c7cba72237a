import { EventStoreDBClient, type Credentials } from '@eventstore/db-client';
import { mendChannels } from './channels.js';
import { BadEventStoreUrl } from './faults.js';

/** The one client of this process, and what every call of it carries. */
export interface Connection {
  readonly client: EventStoreDBClient;
  /** Never left out: without credentials the client appends in another way, which mixes up calls and loses answers. */
  readonly call: { readonly credentials: Credentials; readonly requiresLeader: true };
  readonly close: () => Promise<void>;
}

/** What the client takes, without what has no effect (`tlsVerifyCert`): at others it would print the whole URL. */
const OPTIONS = [
  'connectionName',
  'defaultDeadline',
  'discoveryInterval',
  'gossipTimeout',
  'keepAliveInterval',
  'keepAliveTimeout',
  'maxDiscoverAttempts',
  'nodePreference',
  'tls',
  'tlsCAFile',
  'userCertFile',
  'userKeyFile',
];

/**
 * @param url `esdb://user:password@host:2113[,host:port …][?tls=false …]`, or `esdb+discover://…`
 * @throws BadEventStoreUrl
 */
export function connect(url: string): Connection {
  const options = new URLSearchParams(url.slice(url.lastIndexOf('@') + 1).split('?')[1]);
  for (const option of options.keys()) {
    if (!OPTIONS.includes(option)) {
      throw new BadEventStoreUrl(`EVENT_STORE_URL says ${option}: accepted are ${OPTIONS.join(', ')}`);
    }
  }
  const client = open(url);
  const [, credentials] = /:\/\/([^/@]*)@/.exec(url) ?? [];
  if (credentials === undefined && options.get('tls') !== 'false') {
    throw new BadEventStoreUrl('EVENT_STORE_URL must name a user: esdb://user:password@host:2113');
  }
  // A server without TLS takes no credentials, and the client sends it none.
  const [username = '', password = ''] = (credentials ?? 'nobody:nothing').split(':');
  const user = { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  mendChannels(client);
  return {
    client,
    call: { credentials: user, requiresLeader: true },
    async close() {
      await client.dispose();
      await closeChannel(client);
    },
  };
}

function open(url: string): EventStoreDBClient {
  try {
    return EventStoreDBClient.connectionString(url);
  } catch {
    // What the client says of it quotes the URL.
    throw new BadEventStoreUrl('EVENT_STORE_URL is not esdb://user:password@host:port[,host:port …][?option=value&…]');
  }
}

/** `dispose` leaves the connection open. */
async function closeChannel(client: object): Promise<void> {
  try {
    const channel = await (client as { getChannel(): Promise<{ close(): void }> }).getChannel();
    channel.close();
  } catch {
    // there was none: the servers could not be found
  }
}
