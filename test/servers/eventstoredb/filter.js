/**
 * @param {import('@eventstore/db-client/generated/streams_pb.js').ReadReq.Options.FilterOptions} filter
 * @returns {(record: { stream: string, type: string }) => boolean}
 */
export function matcherOf(filter) {
  const byStream = filter.hasStreamIdentifier();
  const expression = byStream ? filter.getStreamIdentifier() : filter.getEventType();
  const textOf = (/** @type {{ stream: string, type: string }} */ record) => (byStream ? record.stream : record.type);
  const regex = expression?.getRegex() ?? '';
  if (regex !== '') {
    const pattern = new RegExp(regex, 'u');
    return (record) => pattern.test(textOf(record));
  }
  const prefixes = expression?.getPrefixList() ?? [];
  return (record) => prefixes.some((prefix) => textOf(record).startsWith(prefix));
}
