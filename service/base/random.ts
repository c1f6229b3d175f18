/** The only source of randomness below `server`. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** A lower-case hyphenated UUID, version 4. */
  uuid(): string;
}
