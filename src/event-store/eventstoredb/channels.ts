/**
 * Corrections of the channels that the client talks through, each held by a test. They reach into the client 6.2.1 and
 * grpc-js 1.14, which show none of it.
 */

interface Channel {
  close(): void;
  /** The filters that every call goes through; they send in the order in which they stand. */
  readonly internalChannel: { readonly filterStackFactory: { readonly factories: FilterFactory[] } };
}

interface FilterFactory {
  createFilter(): Filter;
}

interface Headers {
  set(name: string, value: string): void;
}

interface Filter {
  sendMetadata(headers: Promise<Headers>): Promise<Headers>;
  receiveMetadata<T>(passed: T): T;
  sendMessage<T>(passed: T): T;
  receiveMessage<T>(passed: T): T;
  receiveTrailers<T>(passed: T): T;
}

/** What a client makes its channels with: one at first, and a new one whenever it loses its server. */
interface ChannelMaker {
  createChannel(): Promise<Channel>;
  /** Called without anybody waiting for it. */
  handleError(...call: readonly unknown[]): Promise<void>;
}

export function mendChannels(client: object): void {
  const maker = client as ChannelMaker;
  const create = maker.createChannel.bind(maker);
  maker.createChannel = async () => {
    const channel = await create();
    askForIdentityEncoding(channel);
    closeAfterThisTurn(channel);
    return channel;
  };
  // It waits for the next channel: where no server is found for that one, a rejection without a listener would end the
  // process. Whoever needs the channel is told anyway.
  const handle = maker.handleError.bind(maker);
  maker.handleError = (...call) => handle(...call).catch(() => undefined);
}

/**
 * Asks the server for answers as they are. KurrentDB gzips every answer from version 25.1 on to whoever announces
 * that it understands gzip; grpc-js always does, has no option against it, and then reads five to ten times slower.
 */
function askForIdentityEncoding(channel: Channel): void {
  channel.internalChannel.filterStackFactory.factories.push({ createFilter: () => identityOnly });
}

/**
 * The client closes a channel as soon as one call has failed. An append that has just chosen that channel would then
 * throw where nobody catches it, which ends the process: it gets the turn that it needs to begin, and fails as a call.
 */
function closeAfterThisTurn(channel: Channel): void {
  const close = channel.close.bind(channel);
  channel.close = () => void setImmediate(close);
}

const identityOnly: Filter = {
  async sendMetadata(headers) {
    const sent = await headers;
    sent.set('grpc-accept-encoding', 'identity');
    return sent;
  },
  receiveMetadata: (passed) => passed,
  sendMessage: (passed) => passed,
  receiveMessage: (passed) => passed,
  receiveTrailers: (passed) => passed,
};
