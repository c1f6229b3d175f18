import type { Evaluator, RowsAndSign } from './evaluator.ts';
import type { Sink } from './generate.ts';
import { type Argument, type BodyLiteral, RelationNode, type RuleForm } from './program.ts';
import { Relation } from './relation.ts';

/** Fewer rules than this are evaluated one by one. */
export const familySizeMin = 3;

const keys = new WeakMap<RuleForm, string>();
const builtinNumbers = new WeakMap<object, number>();
let builtinCount = 0;

/**
 * Equal for rules that differ only in constants and in the table of the head, so that one evaluation can serve them
 * all.
 */
export function familyKey(rule: RuleForm): string {
  let key = keys.get(rule);
  if (key === undefined) {
    const args = (list: readonly Argument[]) => list.join();
    const body = rule.body.map(
      (literal) => `${literal.negated ? '!' : ''}${nameOf(literal)}(${args(literal.args)})`,
    );
    key = `${args(rule.head.args)} ${rule.constants.length} ${body.join(' ')}`;
    keys.set(rule, key);
  }
  return key;
}

function nameOf(literal: BodyLiteral): string {
  if (literal.kind === 'relation') return literal.node.key;
  let number = builtinNumbers.get(literal.builtin);
  if (number === undefined) {
    number = builtinCount++;
    builtinNumbers.set(literal.builtin, number);
  }
  return `${number}`;
}

export interface FamilyParts {
  readonly idLimit: () => number;
  /** Where derivations of a member go now; asked for each one. Null when its view was dropped meanwhile. */
  readonly sinkOf: (rule: RuleForm) => Sink | null;
}

/**
 * Rules of the same shape, evaluated together from one changed literal. The constants in which they differ are
 * taken for variables and looked up in a table of their own:
 *
 *     error_i(s) :- server(s, "host-i"), port(s, p)          for i in 1..n
 *     error(i, s) :- server(s, h), rules(i, h), port(s, p)
 *
 * so that the work for a change does not grow with the number of rules that it does not concern.
 */
export class RuleFamily {
  readonly literal: number;
  readonly #members: readonly RuleForm[];
  readonly #template: RuleForm;
  readonly #sink: FamilySink;

  constructor(members: readonly RuleForm[], literal: number, { idLimit, sinkOf }: FamilyParts) {
    this.#members = members;
    this.literal = literal;
    this.#template = templateOf(members, idLimit);
    this.#sink = new FamilySink(members, sinkOf);
  }

  get negated(): boolean {
    return this.#template.body[this.literal]!.negated;
  }

  get members(): readonly RuleForm[] {
    return this.#members;
  }

  /** The derivations of all members in which the literal is one of these rows. */
  from(evaluator: Evaluator, delta: RowsAndSign): void {
    evaluator.from(this.#template, this.literal, delta, this.#sink);
  }
}

/** Output columns of the template: the number of the member, then the head. */
function templateOf(members: readonly RuleForm[], idLimit: () => number): RuleForm {
  const first = members[0]!;
  const differing = first.constants.flatMap((id, at) =>
    members.some(({ constants }) => constants[at] !== id) ? [at] : [],
  );
  const variables = [...first.variables];
  const places = new Map(differing.map((at) => [-1 - at, variables.push(`constant ${at}`) - 1]));
  const member = variables.push('member') - 1;
  const argument = (arg: Argument) => places.get(arg) ?? arg;
  const name = { policy: '', table: 'family', arity: differing.length + 1, modal: null } as const;
  const node = new RelationNode(name, 'family', new Relation(name.arity, idLimit));
  members.forEach(({ constants }, at) => {
    differing.forEach((place, column) => {
      node.facts.probe[column] = constants[place]!;
    });
    node.facts.probe[differing.length] = at;
    node.facts.enliven(node.facts.addProbe(), 1);
  });
  const lookup: BodyLiteral = {
    kind: 'relation',
    negated: false,
    node,
    args: [...places.values(), member],
  };
  const body = first.body.map((literal): BodyLiteral => ({ ...literal, args: literal.args.map(argument) }));
  return {
    ...first,
    head: { ...first.head, args: [member, ...first.head.args.map(argument)] },
    body: [...body, lookup],
    variables,
  };
}

/** Hands each derivation to the sink of the member that it belongs to. */
class FamilySink implements Sink {
  readonly probe: Int32Array;
  readonly #members: readonly RuleForm[];
  readonly #sinkOf: FamilyParts['sinkOf'];

  constructor(members: readonly RuleForm[], sinkOf: FamilyParts['sinkOf']) {
    this.#members = members;
    this.#sinkOf = sinkOf;
    this.probe = new Int32Array(members[0]!.head.args.length + 1);
  }

  emit2(member: number, a: number, sign: number): void {
    this.probe[0] = member;
    this.probe[1] = a;
    this.emitProbe(sign);
  }

  emitProbe(sign: number): void {
    const { probe } = this;
    const sink = this.#sinkOf(this.#members[probe[0]!]!);
    if (sink === null) return;
    if (probe.length === 3) {
      sink.emit2(probe[1]!, probe[2]!, sign);
      return;
    }
    for (let i = 1; i < probe.length; i++) sink.probe[i - 1] = probe[i]!;
    sink.emitProbe(sign);
  }
}
