import type { Atom, Literal, Rule, Term } from '../datalog/tree.ts';
import type { Value } from '../datalog/value.ts';
import type { BuiltinRegistry } from './builtins/registry.ts';
import type { RelationName } from './engine-change.ts';
import type { Argument, BodyLiteral, RelationNode, RuleForm } from './program.ts';

/** What the normaliser needs from its surroundings. */
export interface FormContext {
  /** Policy that owns unqualified tables. */
  readonly policy: string;
  readonly ruleId: string;
  readonly builtins: BuiltinRegistry;
  readonly intern: (value: Value) => number;
  readonly nodeOf: (name: RelationName) => RelationNode;
}

/** Resolves a rule; its head belongs to `context.policy` whatever its qualifier (see {@link headName}). */
export function ruleForm(rule: Rule, context: FormContext): RuleForm {
  const numbering = new Numbering(context.intern);
  const headAtom = rule.heads[0]!.atom;
  const body = rule.body.filter(({ atom }) => truthConstant(atom) === undefined);
  return {
    ruleId: context.ruleId,
    body: body.map((literal) => bodyLiteral(literal, numbering, context)),
    head: {
      kind: 'relation',
      negated: false,
      node: context.nodeOf(headName(context.policy, headAtom)),
      args: headAtom.args.map((term) => numbering.argument(term)),
    },
    constants: numbering.constants,
    variables: numbering.variables,
    never: rule.body.some(({ atom, negated }) => truthConstant(atom) === negated),
  };
}

/** An unqualified table named exactly `true` or `false` is a truth constant; its arguments are ignored (2.1). */
export function truthConstant(atom: Atom): boolean | undefined {
  if (atom.policy !== null) return undefined;
  if (atom.table === 'true') return true;
  return atom.table === 'false' ? false : undefined;
}

/**
 * The relation a head defines: always one of the rule's own policy. A qualifier that names another policy
 * (only `execute[service:action(..)]` and update tables of action policies have one) stays in the table name.
 */
export function headName(policy: string, atom: Atom): RelationName {
  const qualified = atom.policy !== null && atom.policy !== policy;
  return {
    policy,
    table: qualified ? `${atom.policy}:${atom.table}` : atom.table,
    arity: atom.args.length,
    modal: atom.modal === 'execute' ? 'execute' : null,
  };
}

/** The relation a body or query atom reads. `execute[..]` in a query reads what the head of that name defines. */
export function bodyName(policy: string, atom: Atom): RelationName {
  if (atom.modal === 'execute') return headName(policy, atom);
  return { policy: atom.policy ?? policy, table: atom.table, arity: atom.args.length, modal: null };
}

function bodyLiteral(literal: Literal, numbering: Numbering, context: FormContext): BodyLiteral {
  const { atom, negated } = literal;
  const args = atom.args.map((term) => numbering.argument(term));
  const builtin = atom.modal === null ? context.builtins.find(atom) : undefined;
  if (builtin !== undefined) return { kind: 'builtin', negated, builtin, args };
  return { kind: 'relation', negated, node: context.nodeOf(bodyName(context.policy, atom)), args };
}

class Numbering {
  readonly constants: number[] = [];
  readonly variables: string[] = [];
  readonly #intern: (value: Value) => number;

  constructor(intern: (value: Value) => number) {
    this.#intern = intern;
  }

  argument(term: Term): Argument {
    return term.kind === 'variable'
      ? position(this.variables, term.name)
      : -1 - position(this.constants, this.#intern(term.value));
  }
}

/** Index of an item, appended when it is new. */
function position<Item>(items: Item[], item: Item): number {
  const known = items.indexOf(item);
  return known >= 0 ? known : items.push(item) - 1;
}
