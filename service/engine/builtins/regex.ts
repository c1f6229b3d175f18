import { RE2JS } from 're2js';

const cacheMax = 256;

type Search = (text: string) => boolean;

/**
 * Unanchored searches for regular expressions, in linear time or nearly: a pattern with at most one unbounded
 * repetition that is not inside another one runs on the host's engine, which is several times faster; every
 * other one on RE2 (no back-references or look-around).
 */
export class RegexCache {
  readonly #searches = new Map<string, Search>();
  /** A rule calls with one pattern for all of its rows. */
  #last: { readonly pattern: string; readonly ignoreCase: boolean; readonly search: Search } | null = null;

  /** Throws for a pattern that neither engine takes. */
  search(pattern: string, ignoreCase: boolean): Search {
    const last = this.#last;
    if (last !== null && last.pattern === pattern && last.ignoreCase === ignoreCase) return last.search;
    const key = `${ignoreCase ? 'i' : 's'}${pattern}`;
    const search = this.#searches.get(key) ?? compile(pattern, ignoreCase);
    if (this.#searches.size >= cacheMax) this.#searches.clear();
    this.#searches.set(key, search);
    this.#last = { pattern, ignoreCase, search };
    return search;
  }
}

function compile(pattern: string, ignoreCase: boolean): Search {
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
