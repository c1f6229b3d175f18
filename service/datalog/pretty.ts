/**
 * How the answer of POST rules shows the posted text (reference 1.6): head, ` :-`, one literal a line, indented
 * by two. It is cut at every `)`, so a literal without parentheses is lost and a string with one is cut in two.
 * Cosmetic, but on the wire; the rule itself is stored and listed as posted.
 */
export function prettyRule(text: string): string {
  const joined = strip(text).split(LINE_BREAK).map(strip).join('');
  const [head, body] = joined
    .split(':-')
    .map(strip)
    .filter((part) => part !== '');
  if (head === undefined || body === undefined) return head ?? '';
  const literals = body.split(')').slice(0, -1);
  return `${head} :-\n${literals.map((piece) => `  ${strip(piece.replace(/^,/, ''))})`).join(',\n')}`;
}

// White space and line ends as the host language of Congress counts them.
const SPACE = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+';
const OUTER_SPACE = new RegExp(`^${SPACE}|${SPACE}$`, 'g');
// biome-ignore lint/suspicious/noControlCharactersInRegex: they end lines there.
const LINE_BREAK = /\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/;

function strip(text: string): string {
  return text.replace(OUTER_SPACE, '');
}
