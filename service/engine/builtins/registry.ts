import { arithmeticBuiltins } from './arithmetic.ts';
import type { Builtin, BuiltinContext } from './builtin.ts';
import { comparisonBuiltins } from './comparison.ts';
import { dateTimeBuiltins } from './date-time.ts';
import { networkBuiltins } from './network.ts';
import { textBuiltins } from './text.ts';
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
    ];
    this.#byName = new Map(all.map((builtin) => [builtin.name, builtin]));
  }

  /**
   * The builtin that a literal with this table name and number of arguments means, whatever its qualifier
   * (reference 2.5); undefined for an ordinary table (2.9: the name with another arity is one). Without any
   * argument it is the builtin too, but never holds.
   */
  find(name: string, arity: number): Builtin | undefined {
    const builtin = this.#byName.get(name);
    if (builtin !== undefined && arity === 0) return { ...neverHolds, name };
    return builtin !== undefined && builtin.inputs + builtin.outputs === arity ? builtin : undefined;
  }

  /** All builtins, for checks against the language's own table of signatures. */
  all(): readonly Builtin[] {
    return [...this.#byName.values()];
  }
}

const neverHolds = { inputs: 0, outputs: 0, evaluate: () => false } as const;
