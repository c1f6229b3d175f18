import { nestingDepthMax } from './api-limits.ts';

/** Text that is not JSON; `message` is the wording of Python's parser, which clients of Congress see. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
}

/**
 * Parses a request body for its plain facts: numbers as JavaScript has them. Throws JsonSyntaxError with the
 * message that Congress's parser gives, for example `Expecting value: line 1 column 1 (char 0)`.
 */
export function readJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The slow reader knows the position and the wording.
    return new LosslessReader(text).read();
  }
  if (isNestedDeeper(value, nestingDepthMax)) throw tooDeep();
  return value;
}

/**
 * Parses rows: integers become bigint of any size, all other numbers become number, so 2 and 2.0 stay apart
 * (reference 2.3). The last of equal keys wins, as in `JSON.parse`. Throws JsonSyntaxError.
 */
export function readLosslessJson(text: string): unknown {
  return new LosslessReader(text).read();
}

function tooDeep(): JsonSyntaxError {
  return new JsonSyntaxError(`nested deeper than ${nestingDepthMax} levels`);
}

function isNestedDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((member) => isNestedDeeper(member, levels - 1));
}

const quote = 0x22;
const backslash = 0x5c;
const numberPattern = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const safeDigits = 15;
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** Recursive descent; depth is bounded by `nestingDepthMax`, so the stack is too. */
class LosslessReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): unknown {
    if (this.#text.charCodeAt(0) === 0xfeff)
      throw this.#error('Unexpected UTF-8 BOM (decode using utf-8-sig)', 0);
    this.#skipSpace();
    const value = this.#value();
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#error('Extra data', this.#at);
    return value;
  }

  #value(): unknown {
    switch (this.#text.charCodeAt(this.#at)) {
      case quote:
        this.#at += 1;
        return this.#string();
      case 0x7b:
        return this.#nested(() => this.#object());
      case 0x5b:
        return this.#nested(() => this.#array());
      case 0x74:
        return this.#word('true', true);
      case 0x66:
        return this.#word('false', false);
      case 0x6e:
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #nested(read: () => unknown): unknown {
    this.#depth += 1;
    if (this.#depth > nestingDepthMax) throw tooDeep();
    this.#at += 1;
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #array(): unknown[] {
    const values: unknown[] = [];
    this.#skipSpace();
    if (this.#takes(0x5d)) return values;
    for (;;) {
      values.push(this.#value());
      this.#skipSpace();
      if (this.#takes(0x5d)) return values;
      if (!this.#takes(0x2c)) throw this.#error("Expecting ',' delimiter", this.#at);
      this.#skipSpace();
    }
  }

  #object(): Record<string, unknown> {
    const members: Record<string, unknown> = {};
    this.#skipSpace();
    if (this.#takes(0x7d)) return members;
    for (;;) {
      if (!this.#takes(quote)) {
        throw this.#error('Expecting property name enclosed in double quotes', this.#at);
      }
      const name = this.#string();
      this.#skipSpace();
      if (!this.#takes(0x3a)) throw this.#error("Expecting ':' delimiter", this.#at);
      this.#skipSpace();
      setMember(members, name, this.#value());
      this.#skipSpace();
      if (this.#takes(0x7d)) return members;
      if (!this.#takes(0x2c)) throw this.#error("Expecting ',' delimiter", this.#at);
      this.#skipSpace();
    }
  }

  #string(): string {
    const text = this.#text;
    const start = this.#at;
    let from = start;
    let value = '';
    for (let at = start; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === quote) {
        this.#at = at + 1;
        return from === start ? text.slice(start, at) : value + text.slice(from, at);
      }
      if (code < 0x20) throw this.#error('Invalid control character at', at);
      if (code !== backslash) continue;
      value += text.slice(from, at);
      const letter = text[at + 1];
      if (letter === undefined) break;
      if (letter === 'u') {
        value += this.#unicodeEscape(at);
        at += 5;
      } else {
        const escaped = escapes[letter];
        if (escaped === undefined) throw this.#error('Invalid \\escape', at);
        value += escaped;
        at += 1;
      }
      from = at + 1;
    }
    throw this.#error('Unterminated string starting at', start - 1);
  }

  /** Halves of a surrogate pair come one by one and join by themselves. */
  #unicodeEscape(at: number): string {
    const digits = this.#text.slice(at + 2, at + 6);
    // Python looks for room before it looks at the digits, and reports the two one character apart.
    if (at + 6 >= this.#text.length) throw this.#error('Invalid \\uXXXX escape', at + 2);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.#error('Invalid \\uXXXX escape', at + 1);
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  #number(): bigint | number {
    numberPattern.lastIndex = this.#at;
    const match = numberPattern.exec(this.#text);
    if (match === null) throw this.#error('Expecting value', this.#at);
    const digits = match[0];
    this.#at += digits.length;
    if (match[1] !== undefined || match[2] !== undefined) return Number(digits);
    return digits.length <= safeDigits ? BigInt(Number(digits)) : BigInt(digits);
  }

  #word<Value>(word: string, value: Value): Value {
    if (!this.#text.startsWith(word, this.#at)) throw this.#error('Expecting value', this.#at);
    this.#at += word.length;
    return value;
  }

  #takes(code: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== code) return false;
    this.#at += 1;
    return true;
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at += 1;
    }
  }

  /** Positions count code points, from 1 for line and column and from 0 for the character. */
  #error(what: string, at: number): JsonSyntaxError {
    const before = this.#text.slice(0, at);
    const lines = before.split('\n');
    const column = codePoints(lines.at(-1) ?? '') + 1;
    return new JsonSyntaxError(`${what}: line ${lines.length} column ${column} (char ${codePoints(before)})`);
  }
}

function codePoints(text: string): number {
  return [...text].length;
}

/** `__proto__` is a key like any other. */
function setMember(members: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') members[name] = value;
  else Object.defineProperty(members, name, { value, enumerable: true, configurable: true, writable: true });
}
