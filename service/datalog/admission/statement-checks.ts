import { builtinNamed } from '../builtins.ts';
import { printAtom, printLiteral, printStatement } from '../printer.ts';
import type { Atom, Fact, Formula, Literal, Rule } from '../tree.ts';
import { variablesOfLiterals } from '../variables.ts';
import type { AdmissionContext, AdmissionKind } from './admission-context.ts';
import { orderBody } from './body-order.ts';
import { knownArity } from './column-elimination.ts';

/** A statement checked for one kind of policy: effective, with a body in safe order, unless there are errors. */
export interface Checked {
  readonly formula: Formula;
  /** Wire texts, in Congress's order; where that is arbitrary, in order of appearance. */
  readonly errors: readonly string[];
}

/** The checks of a statement alone, without recursion (reference 2.9, step 4). Arities have been checked before. */
export function checkStatement(formula: Formula, kind: AdmissionKind): Checked {
  if (formula.kind === 'fact') return { formula, errors: factErrors(formula) };
  if (kind === 'database')
    return { formula, errors: [`Non-atomic formula is not permitted: ${printStatement(formula)}`] };
  if (formula.heads.length !== 1 || formula.heads.some(({ negated }) => negated))
    return { formula, errors: [`Non-formula found: ${printStatement(formula)}`] };
  if (kind === 'action') return { formula, errors: qualifiedHeadErrors(formula, isUpdate) };
  return checkRule(formula);
}

/** Wrong numbers of arguments, heads first (reference 2.9, step 2). */
export function arityErrors(formula: Formula, policy: string, context: AdmissionContext): readonly string[] {
  const literals =
    formula.kind === 'fact' ? [{ negated: false, atom: formula.atom }] : [...formula.heads, ...formula.body];
  return literals.flatMap((literal) => {
    const { atom } = literal;
    const arity = knownArity(atom.policy ?? policy, atom.table, context);
    if (arity === undefined || arity === atom.args.length) return [];
    return [
      `Literal ${printLiteral(literal)} contained ${atom.args.length} arguments but exactly ${arity} arguments are permitted`,
    ];
  });
}

function factErrors({ atom }: Fact): readonly string[] {
  const errors: string[] = [];
  if (atom.args.some(({ kind }) => kind === 'variable')) errors.push(`Fact not ground: ${printAtom(atom)}`);
  if (atom.policy !== null)
    errors.push(`Fact ${printAtom(atom)} should not reference any policy: ${atom.policy}`);
  return [...errors, ...builtinNameErrors(atom)];
}

function checkRule(rule: Rule): Checked {
  const headErrors = headSafetyErrors(rule);
  const order = orderBody(rule);
  const ordered = order.kind === 'ordered' ? order.rule : rule;
  const errors = [
    ...headErrors,
    ...(order.kind === 'unsafe' ? [order.message] : []),
    ...qualifiedHeadErrors(ordered, () => false),
    ...modalErrors(ordered),
    ...ordered.heads.flatMap(({ atom }) => builtinNameErrors(atom)),
  ];
  return { formula: ordered, errors };
}

function headSafetyErrors(rule: Rule): readonly string[] {
  const inBody = variablesOfLiterals(rule.body);
  const inHead = new Set(variablesOfLiterals(rule.heads));
  for (const { over } of rule.aggregates ?? []) for (const name of over) inHead.add(name);
  const unsafe = [...inHead].filter((name) => !inBody.has(name));
  return unsafe.map((name) => `Variable ${name} found in head but not in body, rule ${printStatement(rule)}`);
}

function qualifiedHeadErrors(rule: Rule, isPermitted: (atom: Atom) => boolean): readonly string[] {
  const isWrong = ({ atom }: Literal) => atom.policy !== null && atom.modal === null && !isPermitted(atom);
  return rule.heads
    .filter(isWrong)
    .map(
      (head) =>
        `Non-modal rule head ${printLiteral(head)} should not reference any policy: ${printStatement(rule)}`,
    );
}

function modalErrors(rule: Rule): readonly string[] {
  const heads = rule.heads
    .filter(({ atom }) => atom.modal !== null && atom.modal !== 'execute')
    .map((head) => `Only 'execute' modal is allowed; found ${head.atom.modal} in head ${printLiteral(head)}`);
  const body = rule.body
    .filter(({ atom }) => atom.modal !== null)
    .map(
      (literal) =>
        `Modals not allowed in the rule body; found ${literal.atom.modal} in body literal ${printLiteral(literal)}`,
    );
  return [...heads, ...body];
}

function builtinNameErrors(atom: Atom): readonly string[] {
  if (builtinNamed(atom) === undefined) return [];
  const { modal, policy, table } = atom;
  const name = [modal, policy, table].filter((part) => part !== null).join(':');
  return [`Conflict with built-in tablename: ${name}`];
}

function isUpdate({ table }: Atom): boolean {
  return table.endsWith('+') || table.endsWith('-');
}
