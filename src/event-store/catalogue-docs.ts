import { isRejection, type Catalogue } from './catalogue.js';

/** The text of `docs/events.md`: every event that may be stored, with its JSON Schema. */
export function catalogueMarkdown({ definitions }: Catalogue): string {
  const sorted = definitions.toSorted((a, b) => (a.type < b.type ? -1 : 1));
  const refusals = sorted.filter(isRejection);
  const facts = sorted.filter((each) => !isRejection(each));
  const sections = facts.map(
    ({ type, version, en, ar, rule, schema }) =>
      `## \`${type}\`\n\n${en} · ${ar} · version ${version} · rules ${rule}\n\n` +
      `\`\`\`json\n${JSON.stringify(schema, undefined, 2)}\n\`\`\`\n`,
  );
  return [
    '# Events\n\nMade from the catalogue that every append is checked against; a test keeps them equal. The envelope ' +
      'around `data` is `src/kernel/envelope.ts`.\n',
    ...sections,
    '## Refusals\n\nEach is stored in a stream of its own, `attempt-<command id>`, under one schema:\n\n' +
      `\`\`\`json\n${JSON.stringify(refusals[0]?.schema, undefined, 2)}\n\`\`\`\n\n` +
      refusals.map(({ type }) => `- \`${type}\``).join('\n') +
      '\n',
  ].join('\n');
}
