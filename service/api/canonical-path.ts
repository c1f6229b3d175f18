/** What Congress leaves as it is when it encodes a path again (reference 1.1). */
const plainPath = /^[A-Za-z0-9_.\-~/!$&'()*+,;=:@]*$/;

/**
 * The path of a request as Congress sees it: decoded, then percent-encoded again, so `nova%3Aservers` and
 * `nova:servers` are one path and a space stays `%20`. Escapes that are no UTF-8 stay as they were sent.
 */
export function canonicalPath(path: string): string {
  if (plainPath.test(path)) return path;
  const decoded = decodePath(path);
  return [...decoded]
    .map((character) => (plainPath.test(character) ? character : encoded(character)))
    .join('');
}

/** The text behind an encoded segment, for looking things up. */
export function decodePath(path: string): string {
  return path.replace(/(?:%[0-9a-fA-F]{2})+/g, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}

function encoded(character: string): string {
  return encodeURIComponent(isSurrogate(character) ? '\ufffd' : character);
}

function isSurrogate(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code >= 0xd800 && code <= 0xdfff;
}
