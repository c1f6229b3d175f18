/** Bounds and ports of an engine. Everything has a default; see {@link defaultEngineOptions}. */
export interface EngineOptions {
  /** Rows that one derived relation or one query answer may reach. */
  readonly rowsPerRelationMax: number;
  /** Rows visited by one evaluation (one query, one materialisation or one batch of changes). */
  readonly stepsMax: number;
  /** Rows visited between two looks at the clock. */
  readonly stepsPerLook: number;
  /** Duration of one evaluation, in milliseconds of `monotonicMs`. */
  readonly evaluationMsMax: number;
  /** Monotonic milliseconds. The default stands still, which switches the time limit off: the engine reads no clock. */
  readonly monotonicMs: () => number;
  /** Local wall-clock time for the builtin `now` and for dates with missing parts. The default is 1970-01-01. */
  readonly localTime: () => LocalTime;
  /** Rows that all materialised views may hold together; beyond it the least recently asked ones are dropped. */
  readonly materialisedRowsMax: number;
}

/** A wall-clock time without zone; month and day count from 1. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

export const defaultEngineOptions: EngineOptions = {
  rowsPerRelationMax: 20_000_000,
  stepsMax: Number.POSITIVE_INFINITY,
  stepsPerLook: 65_536,
  evaluationMsMax: 30_000,
  monotonicMs: () => 0,
  localTime: () => ({ year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0 }),
  materialisedRowsMax: 50_000_000,
};
