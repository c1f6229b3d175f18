/** What `codeAt` answers beyond the end of the text. */
export const endOfText = -1;

/**
 * A text as code points with a read position. Columns count code points and restart after a line feed only,
 * which is how positions in error texts are counted (reference 1.6).
 */
export class CharStream {
  line = 1;
  readonly #text: string;
  readonly #codes: ArrayLike<number>;
  /** UTF-16 offset of each code point; undefined while the two are the same. */
  readonly #offsets: readonly number[] | undefined;
  #index = 0;
  #lineStart = 0;

  constructor(text: string) {
    this.#text = text;
    const codes = new Uint16Array(text.length);
    let hasPairs = false;
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      codes[i] = code;
      if (code >= 0xd800 && code <= 0xdbff) hasPairs = true;
    }
    const points = hasPairs ? codePoints(text) : undefined;
    this.#codes = points?.codes ?? codes;
    this.#offsets = points?.offsets;
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
    return this.#codes[this.#index + ahead] ?? endOfText;
  }

  /** Moves over one code point; does nothing at the end. */
  consume(): void {
    if (this.#index >= this.#codes.length) return;
    const isLineFeed = this.#codes[this.#index] === 10;
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
    if (this.#offsets === undefined) return this.#text.slice(start, this.#index);
    return this.#text.slice(this.#offsets[start], this.#offsets[this.#index]);
  }
}

function codePoints(text: string): { codes: readonly number[]; offsets: readonly number[] } {
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
