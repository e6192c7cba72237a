/** RFC 4648, 4, with padding. @returns undefined for anything that the same bytes are not written as */
export function parseBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64'); // takes nearly anything
  return bytes.toString('base64') === text ? bytes : undefined;
}
