import type { Literal, Term } from './tree.ts';

/** Names of the variables in argument position, in order of appearance; column references are left out. */
export function variablesOf(terms: readonly Term[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const term of terms) if (term.kind === 'variable') names.add(term.name);
  return names;
}

/** The same over several literals. */
export function variablesOfLiterals(literals: readonly Literal[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { atom } of literals) for (const name of variablesOf(atom.args)) names.add(name);
  return names;
}

/** Whether a variable is written `?`: no identifier starts so. */
export function isAnonymous(name: string): boolean {
  return name.startsWith('?');
}
