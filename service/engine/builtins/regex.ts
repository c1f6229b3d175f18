import { RE2JS } from 're2js';
import { re2Pattern } from './re2-pattern.ts';

const cacheMax = 256;
/** Longest text in UTF-16 code units for the host's engine, whose worst case is the square of that. */
const hostTextMax = 256;

type Search = (text: string) => boolean;

/**
 * Unanchored searches for regular expressions, in time proportional to the text. RE2 does that for every pattern. The
 * host's engine, several times faster, gets short texts of plain ASCII on one line, where both agree, and only for
 * patterns that cannot make it try many ways (see {@link isHarmless}).
 */
export class RegexCache {
  readonly #searches = new Map<string, Search>();
  /** A rule calls with one pattern for all of its rows. */
  #last: { readonly pattern: string; readonly ignoreCase: boolean; readonly search: Search } | null = null;

  /** Throws for a pattern that RE2 does not take. */
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
  const re2 = RE2JS.compile(re2Pattern(pattern), ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  const linear: Search = (text) => re2.matcher(text).find();
  if (!isHarmless(pattern)) return linear;
  const host = new RegExp(pattern, ignoreCase ? 'iu' : 'u');
  return (text) => (text.length <= hostTextMax && oneLine.test(text) ? host.test(text) : linear(text));
}

const oneLine = /^[\x20-\x7e]*$/;

/** Plain syntax that both engines read alike: no special groups or escapes, counted repetition of single items only. */
const plainSyntax =
  /^(?:[^\\()[\]{}*+?|.$^]|\\[.\\()[\]{}*+?|^$/dDsSwW-]|[|.^(]|\)(?!\{)|\[\^?(?:[^\\[\]]|\\[\\\][dDsSwW.^-])+\]|[*+?](?![*+?])|\{\d{1,3}(?:,\d{1,3})?\}(?![*+?{])|\$(?=$|\)|\|))*$/u;

/**
 * The ways to try from one place are at most the text's length, times a small constant: one item may be repeated a
 * varying number of times, no group is repeated, alternatives are in one group, few items are optional.
 */
function isHarmless(pattern: string): boolean {
  if (!plainSyntax.test(pattern) || /\)[*+?]|\(\?/.test(pattern)) return false;
  const bare = pattern.replace(/\\./gu, 'x').replace(/\[(?:[^\]])*\]/gu, 'x');
  const groups = count(bare, /\(/g);
  const varying = count(bare, /[*+]|\{\d+,\d+\}/g);
  return varying <= 1 && count(bare, /\?/g) <= 4 && (groups <= 1 || !bare.includes('|'));
}

function count(text: string, what: RegExp): number {
  return text.match(what)?.length ?? 0;
}
