import type { Builtin } from './builtin.ts';
import { comparisonBuiltins } from './comparison.ts';

const byName = new Map<string, Builtin>([...comparisonBuiltins].map((builtin) => [builtin.name, builtin]));

/**
 * The builtin that a literal with this table name and number of arguments means, whatever its qualifier
 * (reference 2.5); undefined for an ordinary table (2.9: the name with another arity is one).
 */
export function findBuiltin(name: string, arity: number): Builtin | undefined {
  const builtin = byName.get(name);
  return builtin !== undefined && builtin.inputs + builtin.outputs === arity ? builtin : undefined;
}

/** All builtins, for checks against the language's own table of signatures. */
export function allBuiltins(): readonly Builtin[] {
  return [...byName.values()];
}
