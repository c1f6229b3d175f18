/** What RE2 reads as ASCII only, as Python reads it, outside and inside of `[...]`. */
const classes: ReadonlyMap<string, readonly [outside: string, inside: string | null]> = new Map([
  ['w', ['[\\p{L}\\p{N}_]', '\\p{L}\\p{N}_']],
  ['W', ['[^\\p{L}\\p{N}_]', null]],
  ['d', ['\\p{Nd}', '\\p{Nd}']],
  ['D', ['\\P{Nd}', '\\P{Nd}']],
  ['s', ['[\\s\\x0b\\x1c-\\x1f\\x{85}\\p{Z}]', '\\s\\x0b\\x1c-\\x1f\\x{85}\\p{Z}']],
  ['S', ['[^\\s\\x0b\\x1c-\\x1f\\x{85}\\p{Z}]', null]],
  ['Z', ['\\z', null]],
]);

/**
 * A pattern of Congress (Python) for RE2: `\w`, `\d` and `\s` know all scripts, and `$` also stands before a last line
 * feed. Everything else is the same in both, or RE2 refuses it.
 */
export function re2Pattern(pattern: string): string {
  if (/\(\?[a-zA-Z]*m/.test(pattern)) return pattern;
  let inside = false;
  return pattern.replace(/\\[\s\S]|[[\]$]/gu, (token, at: number) => {
    const known = token.startsWith('\\') ? classes.get(token.slice(1)) : undefined;
    if (known !== undefined) return (inside ? known[1] : known[0]) ?? token;
    if (token === '$') return inside ? token : '(?:\\n?\\z)';
    if (token === '[' && !inside) inside = true;
    // Right after `[` or `[^` a bracket is itself.
    else if (token === ']' && inside && !/\[\^?$/.test(pattern.slice(0, at))) inside = false;
    return token;
  });
}
