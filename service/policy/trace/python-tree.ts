import { pythonFloat, pythonRepr } from '../../datalog/python-text.ts';
import type { Atom, Formula, Literal, Term } from '../../datalog/tree.ts';

/** Where Congress says a statement comes from: a text, or computed. */
type Origin = 'text' | 'computed';

/** A statement as the host language of Congress shows it in traces. */
export function pythonStatement(formula: Formula): string {
  if (formula.kind === 'fact') return pythonLiteral({ negated: false, atom: formula.atom });
  return pythonRule(formula, 'text');
}

/** The same as a rule, which is how facts are stored there. */
export function pythonRule(formula: Formula, origin: Origin): string {
  const heads = formula.kind === 'fact' ? [{ negated: false, atom: formula.atom }] : formula.heads;
  const body = formula.kind === 'fact' ? [] : formula.body;
  const location = origin === 'text' ? 'Location(line=0, col=-1)' : 'None';
  return `Rule(head=[${literals(heads)}], body=[${literals(body)}], location=${location})`;
}

function literals(list: readonly Literal[]): string {
  return list.map(pythonLiteral).join(',');
}

function pythonLiteral({ negated, atom }: Literal): string {
  const args = atom.args.map(pythonTerm).join(',');
  const sign = negated ? 'True' : 'False';
  return `Literal(table=${pythonTable(atom)}, arguments=[${args}], negated=${sign}, named_arguments={})`;
}

function pythonTable({ table, policy, modal }: Atom): string {
  return `Tablename(table=${table}, service=${policy ?? 'None'}, modal=${modal ?? 'None'})`;
}

function pythonTerm(term: Term): string {
  if (term.kind === 'variable') return `Variable(name=${pythonRepr(term.name)})`;
  const { value } = term;
  if (typeof value === 'string') return `ObjectConstant(name=${pythonRepr(value)}, type='STRING')`;
  if (typeof value === 'bigint') return `ObjectConstant(name=${value}, type='INTEGER')`;
  return `ObjectConstant(name=${pythonFloat(value)}, type='FLOAT')`;
}
