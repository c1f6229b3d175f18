import { type BuiltinCall, builtinCalled } from '../../datalog/builtins.ts';
import { arithmeticBuiltins } from './arithmetic.ts';
import type { Builtin, BuiltinContext } from './builtin.ts';
import { comparisonBuiltins } from './comparison.ts';
import { dateTimeBuiltins } from './date-time.ts';
import { jsonBuiltins } from './json-access.ts';
import { networkBuiltins } from './network.ts';
import { networkAdditions } from './network-additions.ts';
import { textBuiltins } from './text.ts';
import { textAdditions } from './text-additions.ts';
import { validationBuiltins } from './validation.ts';

/** The builtins of one engine, by name. */
export class BuiltinRegistry {
  readonly #byName: ReadonlyMap<string, Builtin>;

  constructor(context: BuiltinContext) {
    const all = [
      ...comparisonBuiltins,
      ...arithmeticBuiltins,
      ...textBuiltins,
      ...dateTimeBuiltins(context),
      ...networkBuiltins,
      ...validationBuiltins(),
      ...textAdditions(),
      ...networkAdditions,
      ...jsonBuiltins(),
    ];
    this.#byName = new Map(all.map((builtin) => [builtin.name, builtin]));
  }

  /**
   * The builtin that a literal with this atom means; undefined for an ordinary table. Without any argument it never
   * holds.
   */
  find(atom: BuiltinCall): Builtin | undefined {
    const signature = builtinCalled(atom);
    if (signature === undefined) return undefined;
    const { name } = signature;
    return atom.args.length === 0 ? { ...neverHolds, name } : this.#byName.get(name);
  }

  /** All builtins, for checks against the language's own table of signatures. */
  all(): readonly Builtin[] {
    return [...this.#byName.values()];
  }
}

const neverHolds = { inputs: 0, outputs: 0, evaluate: () => false } as const;
