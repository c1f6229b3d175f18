import type { Random } from '../../service/base/random.ts';

/** Draws values that people, programs and attackers send; the same ones for the same random numbers. */
export class ArbitraryJson {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** A whole number from 0 to below `end`. */
  below(end: number): number {
    return Math.floor(this.#random.next() * end);
  }

  chance(probability: number): boolean {
    return this.#random.next() < probability;
  }

  pick<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.below(items.length)] ?? items[0];
  }

  /** Texts at the edges: empty, long, of odd characters, of other languages' syntax, and words of the language. */
  text(): string {
    if (this.chance(0.05)) return this.pick(['a', 'é', '𝔘', '"', '\\', '(']).repeat(this.below(9_000));
    if (this.chance(0.25)) return this.ruleText();
    if (this.chance(0.2)) return this.#letters();
    return this.pick(oddTexts);
  }

  /** As JSON text, because not every number that can be sent survives `JSON.stringify`. */
  numberText(): string {
    if (this.chance(0.1)) return `${this.pick(['', '-'])}${'9'.repeat(1 + this.below(400))}`;
    if (this.chance(0.3)) return String(this.below(20) - 10);
    return this.pick(oddNumbers);
  }

  /** Any JSON text, at most `depth` levels deep, and sometimes far deeper. */
  jsonText(depth = 3): string {
    if (this.chance(0.01)) return this.#tower(this.below(300));
    const kind = depth <= 0 ? this.below(5) : this.below(8);
    if (kind < 2) return JSON.stringify(this.text());
    if (kind < 3) return this.numberText();
    if (kind < 5) return this.pick(['null', 'true', 'false']);
    const count = this.below(4);
    const parts = Array.from({ length: count }, () => this.jsonText(depth - 1));
    if (kind < 6) return `[${parts.join(',')}]`;
    return `{${parts.map((part) => `${JSON.stringify(this.pick(oddKeys))}:${part}`).join(',')}}`;
  }

  /** A text that was JSON until something happened to it. */
  damaged(text: string): string {
    const at = this.below(text.length + 1);
    const insert = this.pick([
      ',',
      '{',
      ']',
      '"',
      '\\',
      '\u0000',
      '\u2028',
      'NaN',
      '//',
      '1e',
      '\ufeff',
      '-',
    ]);
    const [before, after] = [text.slice(0, at), text.slice(at)];
    return this.pick([before, `${before}${insert}${after}`, before + after.slice(1), `${text}${text}`]);
  }

  #letters(): string {
    const length = 1 + this.below(12);
    return Array.from({ length }, () => String.fromCodePoint(this.#codePoint())).join('');
  }

  /** Lone surrogates too. */
  #codePoint(): number {
    return this.pick([
      97 + this.below(26),
      32 + this.below(95),
      this.below(32),
      0x80 + this.below(0x700),
      0xd800 + this.below(0x800),
      0x1f300 + this.below(0x500),
    ]);
  }

  /** A rule, or tokens of the language in some order, which now and then are one. */
  ruleText(): string {
    if (this.chance(0.4)) return this.pick(goodRules);
    return Array.from({ length: 1 + this.below(12) }, () => this.pick(ruleTokens)).join(this.pick([' ', '']));
  }

  #tower(height: number): string {
    return this.chance(0.5)
      ? `${'['.repeat(height)}${']'.repeat(height)}`
      : `${'{"a":'.repeat(height)}1${'}'.repeat(height)}`;
  }
}

const oddTexts = [
  '',
  ' ',
  'null',
  'true',
  '0',
  '-1',
  'alice',
  'ds',
  't',
  'classification',
  'action',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '../../etc/passwd',
  '%00',
  '%2e%2e%2f',
  "' OR 1=1 --",
  '<script>alert(1)</script>',
  '{{7*7}}',
  '\u0000',
  '\ud800',
  '\u202e\u0301',
  '𝔘𝔫𝔦',
  'é',
  'Ω≈ç√∫',
  '\r\nX-Injected: 1',
  '2024-01-01T00:00:00Z',
  'push',
  'doctor',
  'nonrecursive',
  'database',
  'a b',
  'p(x) :- q(x)',
  'x'.repeat(300),
] as const satisfies readonly [string, ...string[]];

const oddNumbers = [
  '0',
  '-0',
  '-0.0',
  '1.0',
  '1e308',
  '1e309',
  '-1e400',
  '5e-324',
  '1e-400',
  '2147483648',
  '4294967296',
  '9007199254740991',
  '9007199254740993',
  '18446744073709551616',
  '0.1',
  '1E+2',
] as const satisfies readonly [string, ...string[]];

const oddKeys = [
  'name',
  'rule',
  'rules',
  'comment',
  'kind',
  'config',
  'driver',
  'tables',
  'query',
  'sequence',
  'action_policy',
  'args',
  'positional',
  'named',
  'id',
  'a',
  '',
  '__proto__',
  'constructor',
  'toString',
  '\u0000',
  '\ud800',
  'x'.repeat(300),
] as const satisfies readonly [string, ...string[]];

const goodRules = [
  'p(x) :- q(x)',
  'p(1)',
  'p("a", 2, 3.5)',
  'p(x) :- q(x), not r(x)',
  'p(x, y) :- q(x), plus(x, 1, y)',
  'error(x) :- ds:t(a=x)',
  'p(x) :- q(x), gt(x, 3), lt(x, 10)',
  'execute[ds:act(x)] :- p(x)',
  'p+(x) :- q(x)',
  'p(x) :- p(x)',
  'result(x) :- p(x), builtin:now(x)',
] as const satisfies readonly [string, ...string[]];

const ruleTokens = [
  'p',
  'q',
  'ds:t',
  'nova:servers',
  'execute',
  'insert',
  'not',
  'true',
  'builtin:plus',
  'plus',
  'now',
  'x',
  'y',
  '_',
  '1',
  '-1',
  '9'.repeat(40),
  '1.5',
  '"a"',
  "'b'",
  '"',
  '(',
  ')',
  '[',
  ']',
  ',',
  ':-',
  '<-',
  '+',
  '-',
  '=',
  ';',
  '.',
  '//',
  '#',
  'é',
  '\u0000',
  '\n',
] as const satisfies readonly [string, ...string[]];
