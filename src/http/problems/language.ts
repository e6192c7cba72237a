export type Language = 'en' | 'ar';

const known = new Map<string, Language>();

/** English, unless `Accept-Language` (RFC 9110) prefers Arabic. */
export function preferredLanguage(header: string | undefined): Language {
  if (header === undefined || header === '') return 'en';
  let language = known.get(header);
  if (language === undefined) {
    language = weight(header, 'ar') > weight(header, 'en') ? 'ar' : 'en';
    if (known.size >= 256) known.clear(); // the header is the client's to choose: memory stays bounded
    known.set(header, language);
  }
  return language;
}

/** Thousandths; a language listed earlier wins a tie by a hair. */
function weight(header: string, language: Language): number {
  let best = 0;
  header.split(',').forEach((range, index) => {
    const [tag = '', ...parameters] = range
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/);
    if (tag !== language && !tag.startsWith(`${language}-`) && !(tag === '*' && language === 'en')) return;
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    const thousandths = q === undefined ? 1000 : Math.round(Number(q.slice(2)) * 1000) || 0;
    if (thousandths > 0) best = Math.max(best, thousandths * 100 + 99 - Math.min(index, 99));
  });
  return best;
}

/** Replaces `{name}` by the fact of that name. */
export const fill = (text: string, facts: Readonly<Record<string, string | number | boolean>>): string =>
  text.replaceAll(/\{(\w+)\}/g, (placeholder, name: string) =>
    Object.hasOwn(facts, name) ? String(facts[name]) : placeholder,
  );
