/** What went wrong in the eyes of the caller; mapped to one HTTP status each in `api`. */
export type ProblemKind = 'invalid' | 'not-found' | 'conflict' | 'unavailable' | 'exhausted' | 'denied';

/**
 * Root of all expected failures (STYLE 18). A subclass fixes `code` (stable, kebab-case) and `kind`, and
 * keeps the facts as readonly fields. Anything thrown that is not a Problem is a bug.
 */
export abstract class Problem extends Error {
  abstract readonly code: string;
  abstract readonly kind: ProblemKind;

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}
