import { traceCharactersMax, traceDepthMax } from '../../base/limits.ts';

/**
 * The lines of a trace (Congress reference 1.8): `<policy abbreviation in 6 columns>: <bars><word>: <literal>`. When
 * it is full, {@link TraceFull} ends whatever is being traced.
 */
export class TraceLog {
  readonly #lines: string[] = [];
  #characters = 0;
  #levels = 0;

  /** `prefix` null: the line is not shown, but counts as work. */
  line(prefix: string | null, text: string): void {
    this.#characters += text.length + 9;
    if (this.#characters > traceCharactersMax) {
      throw new TraceFull(`the trace ends here, at its limit of ${traceCharactersMax} characters`);
    }
    if (prefix !== null) this.#lines.push(`${prefix}: ${text}`);
  }

  /** Of the simulation itself. */
  runtime(text: string): void {
    this.line(runtimePrefix, text);
  }

  /** Runs one step of a proof inside of another. */
  nested<Result>(work: () => Result): Result {
    if (this.#levels >= traceDepthMax) {
      throw new TraceFull(`the trace ends here, at its limit of ${traceDepthMax} nested steps`);
    }
    this.#levels += 1;
    try {
      return work();
    } finally {
      this.#levels -= 1;
    }
  }

  /** Runs what is traced; a full trace ends with a line that says so. */
  record(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof TraceFull)) throw error;
      this.#lines.push(`${runtimePrefix}: ${error.message}`);
    }
  }

  text(): string {
    return this.#lines.map((line) => `${line}\n`).join('');
  }
}

/** Never leaves {@link TraceLog.record}. */
class TraceFull extends Error {}

const runtimePrefix = 'RT    ';
const prefixLength = 6;

/** How lines of a policy start. */
export function prefixOf(abbreviation: string): string {
  return abbreviation.slice(0, prefixLength).padEnd(prefixLength);
}
