import { builtinCalled } from '../builtins.ts';
import { printLiteral, printStatement } from '../printer.ts';
import type { Literal, Rule } from '../tree.ts';
import { isAnonymous, variablesOf } from '../variables.ts';

export type BodyOrder =
  | { readonly kind: 'ordered'; readonly rule: Rule }
  | { readonly kind: 'unsafe'; readonly message: string };

/**
 * The rule with a body that can be evaluated from left to right (reference 2.7): negated literals when all their
 * variables are bound (`?` needs no value), builtins when their inputs are, other literals at once. What must wait comes as early
 * as it can, first come first served; a body that is safe already is unchanged.
 */
export function orderBody(rule: Rule): BodyOrder {
  const bound = new Set<string>();
  const ordered: Literal[] = [];
  const waiting: Waiting[] = [];
  const place = (literal: Literal) => {
    for (const name of variablesOf(literal.atom.args)) bound.add(name);
    ordered.push(literal);
  };
  for (const literal of rule.body) {
    const missing = [...neededVariables(literal)].filter((name) => !bound.has(name));
    if (missing.length > 0) {
      waiting.push({ literal, missing });
      continue;
    }
    place(literal);
    for (;;) {
      const next = waiting.findIndex(({ missing }) => missing.every((name) => bound.has(name)));
      const [freed] = next < 0 ? [] : waiting.splice(next, 1);
      if (freed === undefined) break;
      place(freed.literal);
    }
  }
  if (waiting.length === 0) return { kind: 'ordered', rule: { ...rule, body: ordered } };
  const unsafe = waiting.map(
    ({ literal, missing }) =>
      `${printLiteral(literal)} (vars {${missing.map((name) => `'${name}'`).join(', ')}})`,
  );
  return {
    kind: 'unsafe',
    message: `Could not reorder rule ${printStatement(rule)}.  Unsafe lits: ${unsafe.join('; ')}`,
  };
}

interface Waiting {
  readonly literal: Literal;
  /** Variables that were not bound when the literal was met. */
  readonly missing: readonly string[];
}

/** Inputs of builtins; in a negated literal everything but what may be anything. */
function neededVariables({ negated, atom }: Literal): ReadonlySet<string> {
  const inputs = builtinCalled(atom)?.inputs ?? 0;
  const needed = atom.args.filter((term, at) => {
    if (at < inputs) return true;
    return negated && term.kind === 'variable' && !isAnonymous(term.name);
  });
  return variablesOf(needed);
}
