import type { Value } from '../../datalog/value.ts';
import type { LocalTime } from '../engine-options.ts';

/** What a builtin may read besides its inputs. */
export interface BuiltinContext {
  readonly localTime: () => LocalTime;
}

/**
 * One builtin of reference 2.12 or of ours: the first `inputs` columns must be bound, the next `outputs` are computed.
 * Without outputs the result is a truth value; with one it is the value; with several the values in order.
 * A throw, or undefined, fails the literal. With `many`, the list of what would be the result otherwise; only with
 * one output.
 */
export interface Builtin {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** True when the result can change although the inputs do not (`now`). */
  readonly volatile?: boolean;
  /** True when it has any number of results: `evaluate` lists them, each once. */
  readonly many?: boolean;
  /** True when it never throws. */
  readonly total?: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: called with exactly `inputs` values by compiled plans.
  readonly evaluate: (...inputs: any[]) => BuiltinResult;
}

export type BuiltinResult = boolean | Value | readonly Value[] | undefined;
