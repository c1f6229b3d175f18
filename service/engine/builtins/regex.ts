import { RE2JS } from 're2js';

const cache = new Map<string, (text: string) => boolean>();
const cacheMax = 256;

/**
 * An unanchored search for a regular expression, in linear time or nearly: a pattern with at most one unbounded
 * repetition that is not inside another one runs on the host's engine, which is several times faster; every
 * other one on RE2 (no back-references or look-around). Throws for a pattern that neither takes.
 */
export function searchRegex(pattern: string, ignoreCase: boolean): (text: string) => boolean {
  if (pattern === last.pattern && ignoreCase === last.ignoreCase) return last.search;
  const search = cached(pattern, ignoreCase);
  last = { pattern, ignoreCase, search };
  return search;
}

/** A rule calls with one pattern for all of its rows. */
let last = { pattern: '', ignoreCase: false, search: (_text: string) => true };

function cached(pattern: string, ignoreCase: boolean): (text: string) => boolean {
  const key = `${ignoreCase ? 'i' : 's'}${pattern}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const search = compile(pattern, ignoreCase);
  if (cache.size >= cacheMax) cache.clear();
  cache.set(key, search);
  return search;
}

function compile(pattern: string, ignoreCase: boolean): (text: string) => boolean {
  if (isHarmless(pattern)) {
    const regex = new RegExp(pattern, ignoreCase ? 'iu' : 'u');
    return (text) => regex.test(text);
  }
  const regex = RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  return (text) => regex.matcher(text).find();
}

/** Plain syntax that both engines read alike: no special groups or escapes, counted repetition of single items only. */
const plainSyntax =
  /^(?:[^\\()[\]{}*+?|.$^]|\\[.\\()[\]{}*+?|^$/dDsSwW-]|[|.^(]|\)(?!\{)|\[\^?(?:[^\\[\]]|\\[\\\][dDsSwW.^-])+\]|[*+?](?![*+?])|\{\d{1,3}(?:,\d{1,3})?\}(?![*+?{])|\$(?=$|\)|\|))*$/u;

/** A repetition of a group could try its content in many ways, so only items are repeated without bound, and once. */
function isHarmless(pattern: string): boolean {
  if (!plainSyntax.test(pattern) || /\)[*+]|\(\?/.test(pattern)) return false;
  const bare = pattern.replace(/\\./gu, 'x').replace(/\[(?:[^\]])*\]/gu, 'x');
  const unbounded = bare.match(/[*+]/g)?.length ?? 0;
  const counted = bare.match(/[?}]/g)?.length ?? 0;
  return unbounded <= 1 && counted <= 4;
}
