/** What `codeAt` answers beyond the end of the text. */
export const endOfText = -1;

/**
 * A text as code points with a read position. Columns count code points and restart after a line feed only,
 * which is how positions in error texts are counted (reference 1.6).
 */
export class CharStream {
  line = 1;
  readonly #text: string;
  /** Undefined while code points and UTF-16 code units are the same. */
  readonly #points: CodePoints | undefined;
  readonly #length: number;
  #index = 0;
  #lineStart = 0;

  constructor(text: string) {
    this.#text = text;
    this.#points = SURROGATE_PAIR.test(text) ? codePoints(text) : undefined;
    this.#length = this.#points?.codes.length ?? text.length;
  }

  /** Index of the next code point. */
  get index(): number {
    return this.#index;
  }

  get column(): number {
    return this.#index - this.#lineStart;
  }

  /** The code point `ahead` places after the next one, or {@link endOfText}. */
  codeAt(ahead: number): number {
    const at = this.#index + ahead;
    if (at >= this.#length) return endOfText;
    return this.#points?.codes[at] ?? this.#text.charCodeAt(at);
  }

  /** Moves over one code point; does nothing at the end. */
  consume(): void {
    if (this.#index >= this.#length) return;
    const isLineFeed = this.codeAt(0) === LINE_FEED;
    this.#index += 1;
    if (!isLineFeed) return;
    this.line += 1;
    this.#lineStart = this.#index;
  }

  /** Moves over `count` code points, none of which is a line feed. */
  skip(count: number): void {
    this.#index += count;
  }

  /** The text from code point `start` up to the read position. */
  textFrom(start: number): string {
    if (this.#points === undefined) return this.#text.slice(start, this.#index);
    const { offsets } = this.#points;
    return this.#text.slice(offsets[start], offsets[this.#index]);
  }
}

const LINE_FEED = 10;
const SURROGATE_PAIR = /[\ud800-\udbff][\udc00-\udfff]/;

interface CodePoints {
  readonly codes: readonly number[];
  /** UTF-16 offset of each code point, and of the end. */
  readonly offsets: readonly number[];
}

function codePoints(text: string): CodePoints {
  const codes: number[] = [];
  const offsets: number[] = [];
  let offset = 0;
  for (const character of text) {
    codes.push(character.codePointAt(0) ?? 0);
    offsets.push(offset);
    offset += character.length;
  }
  offsets.push(offset);
  return { codes, offsets };
}
