import type { QueueOptions } from 'bull';

/** A server that does not answer is given up after so many milliseconds; a blocking read ends sooner. */
const ANSWER_MS = 10_000;
const RECONNECT_MS = 500;

/** `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS. */
export function redisOptions(url: string): NonNullable<QueueOptions['redis']> {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname.replaceAll(/^\[|\]$/g, ''),
    port: Number(port || 6379),
    db: Number(pathname.slice(1) || 0),
    ...(username !== '' && { username: decodeURIComponent(username) }),
    ...(password !== '' && { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' && { tls: {} }),
    connectTimeout: ANSWER_MS,
    commandTimeout: ANSWER_MS,
    maxRetriesPerRequest: 1, // who asks is told soon; what runs asks again
    retryStrategy: () => RECONNECT_MS,
  };
}
