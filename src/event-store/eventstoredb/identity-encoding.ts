/** What is used of grpc-js, which does not show it: the filters that every call of a channel goes through. */
interface Channel {
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

/** What a client makes its channels with; a new one after each reconnection. */
interface ChannelMaker {
  createChannel(): Promise<unknown>;
}

/**
 * Asks the server for answers as they are. KurrentDB gzips every answer from version 25.1 on to whoever announces
 * that it understands gzip; grpc-js always does, has no option against it, and then reads five to ten times slower.
 * Reaches into the client 6.2.1 and grpc-js 1.14: a test holds both to it.
 */
export function askForIdentityEncoding(client: object): void {
  const maker = client as ChannelMaker;
  const create = maker.createChannel.bind(maker);
  maker.createChannel = async () => {
    const channel = (await create()) as Channel;
    // After the filter that writes the header: filters send in the order in which they stand.
    channel.internalChannel.filterStackFactory.factories.push({ createFilter: () => identityOnly });
    return channel;
  };
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
