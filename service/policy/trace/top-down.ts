import { builtinCalled } from '../../datalog/builtins.ts';
import { printLiteral, printStatement } from '../../datalog/printer.ts';
import type { Atom, Formula, Literal, Rule, Term } from '../../datalog/tree.ts';
import type { Value } from '../../datalog/value.ts';
import { isUpdate } from '../simulation/statement-shape.ts';
import { type Frame, plug, resolve, unify } from './frame.ts';
import type { TraceLog } from './trace-log.ts';
import type { TracedPolicy, TraceWorld } from './trace-world.ts';

/** A list of literals to be proved, and what comes after it. */
interface Goal {
  readonly literals: readonly Literal[];
  readonly at: number;
  readonly frame: Frame;
  /** The goal whose literal this one proves. */
  readonly parent: Goal | null;
  /** Policy in which the literals are read. */
  readonly policy: TracedPolicy;
  readonly depth: number;
}

/** A question: where answers go. */
interface Question {
  readonly names: readonly string[];
  readonly frame: Frame;
  /** False stops at the first answer. */
  readonly all: boolean;
  readonly answers: ReadonlyMap<string, Term>[];
}

/**
 * The search that Congress evaluates by (reference 3.1), step by step and in its order, for the sake of its trace:
 * backward chaining over facts, then rules, from left to right, with negation as failure. Answers come from the engine;
 * what is found here is only shown. Every step writes a line, so the limit of the log bounds the search.
 */
export class TopDown {
  readonly #world: TraceWorld;
  readonly #log: TraceLog;

  constructor(world: TraceWorld, log: TraceLog) {
    this.#world = world;
    this.#log = log;
  }

  /** Traces a query; returns the instances in the order in which they were found. */
  select(policy: TracedPolicy, query: Formula): readonly Formula[] {
    const literals = query.kind === 'rule' ? query.body : [{ negated: false, atom: query.atom }];
    const found = this.#ask(policy, literals, { names: namesOf(query), all: true });
    const instances = found.map((answer) => instantiated(query, answer));
    if (instances.length > 0) {
      this.#line(policy, `Found answer [${instances.map(printStatement).join(',')}]`);
    }
    return instances;
  }

  /** Traces the search for one way in which literals hold. */
  first(policy: TracedPolicy, literals: readonly Literal[]): void {
    this.#ask(policy, literals, { names: [], all: false });
  }

  #ask(
    policy: TracedPolicy,
    literals: readonly Literal[],
    { names, all }: { readonly names: readonly string[]; readonly all: boolean },
  ): readonly ReadonlyMap<string, Term>[] {
    const question: Question = { names, all, frame: new Map(), answers: [] };
    const goal: Goal = { literals, at: 0, frame: question.frame, parent: null, policy, depth: 0 };
    this.#prove(policy, goal, question);
    return question.answers;
  }

  /** Proves the literals of a goal from `at` on, and its parents after them. True when the search is over. */
  #prove(policy: TracedPolicy, goal: Goal, question: Question): boolean {
    return this.#log.nested(() => {
      const literal = literalOf(goal);
      const { atom } = literal;
      if (literal.negated) return this.#proveAbsence(policy, goal, question);
      if (atom.table === 'true' && atom.policy === null) {
        this.#show(policy, goal, 'Call');
        return this.#proved(policy, goal, question, false);
      }
      if (atom.table === 'false' && atom.policy === null) {
        this.#show(policy, goal, 'Fail');
        return false;
      }
      if (builtinCalled(atom) !== undefined) return this.#compute(policy, goal, question);
      const isElsewhere = atom.policy !== null && atom.policy !== policy.name;
      if (!isElsewhere || atom.modal !== null || isUpdate(atom)) return this.#search(policy, goal, question);
      const other = this.#world.policy(atom.policy);
      if (other !== undefined) return this.#prove(other, goal, question);
      this.#show(policy, goal, 'Call');
      this.#note(policy, goal, `No such policy: ${atom.policy}`);
      this.#show(policy, goal, 'Fail');
      return false;
    });
  }

  #proveAbsence(policy: TracedPolicy, goal: Goal, question: Question): boolean {
    this.#show(policy, goal, 'Call');
    const { atom } = literalOf(goal);
    const inner: Question = { ...question, all: false, answers: [] };
    const opposite: Goal = {
      ...goal,
      literals: [{ negated: false, atom }],
      at: 0,
      parent: null,
      policy,
      depth: goal.depth + 1,
    };
    this.#prove(policy, opposite, inner);
    if (inner.answers.length === 0) return this.#proved(policy, goal, question, false);
    this.#show(policy, goal, 'Fail');
    return false;
  }

  #compute(policy: TracedPolicy, goal: Goal, question: Question): boolean {
    this.#show(policy, goal, 'Call');
    const { atom } = literalOf(goal);
    const results = this.#world.overlay.computeBuiltin(plug(atom, goal.frame));
    if (results === 'error') this.#note(policy, goal, 'Error in builtin: arguments that it does not take');
    let isOver = false;
    for (const outputs of typeof results === 'string' ? [] : results) {
      isOver = this.#matchOutputs(policy, { goal, results: outputs }, question) || isOver;
      if (isOver && !question.all) break;
    }
    if (!isOver) this.#show(policy, goal, 'Fail');
    return isOver;
  }

  #matchOutputs(
    policy: TracedPolicy,
    { goal, results }: { readonly goal: Goal; readonly results: readonly Value[] },
    question: Question,
  ): boolean {
    const { args } = literalOf(goal).atom;
    const outputs = args.slice(args.length - results.length);
    const undo = unify(constantsOf(results), { terms: outputs, frame: goal.frame });
    if (undo === null) return false;
    const isOver = this.#proved(policy, goal, question, false);
    undo();
    return isOver;
  }

  /** In the policy itself and then in those it includes. */
  #search(policy: TracedPolicy, goal: Goal, question: Question): boolean {
    if (this.#searchIn(policy, goal, question)) return true;
    return policy.includes.some((included) => this.#search(included, goal, question));
  }

  #searchIn(policy: TracedPolicy, goal: Goal, question: Question): boolean {
    this.#show(policy, goal, 'Call');
    const { atom } = literalOf(goal);
    const asked = plug(atom, goal.frame);
    const isFound = policy.visitFacts(asked, (values) => {
      const fact: Atom = {
        modal: null,
        policy: null,
        table: atom.table,
        args: values.map(constant),
        columnArgs: [],
      };
      return this.#try(
        policy,
        { goal, rule: { kind: 'rule', heads: [{ negated: false, atom: fact }], body: [] } },
        question,
      );
    });
    if (isFound) return true;
    for (const rule of policy.rules(atom.table)) if (this.#try(policy, { goal, rule }, question)) return true;
    this.#show(policy, goal, 'Fail');
    return false;
  }

  /** Proves the literal by one rule or fact. True when the search is over. */
  #try(
    policy: TracedPolicy,
    { goal, rule }: { readonly goal: Goal; readonly rule: Rule },
    question: Question,
  ): boolean {
    this.#note(policy, goal, `Trying ${printStatement(rule)}`);
    const head = rule.heads[0]!.atom;
    const { atom } = literalOf(goal);
    if (!isSameTable(head, atom, policy.name)) return false;
    if (rule.aggregates !== undefined) return this.#aggregated(policy, goal, question);
    const frame: Frame = new Map();
    const undo = unify({ terms: head.args, frame }, { terms: atom.args, frame: goal.frame });
    if (undo === null) return false;
    const isOver =
      rule.body.length === 0
        ? this.#proved(policy, goal, question)
        : this.#prove(
            policy,
            { literals: rule.body, at: 0, frame, parent: goal, policy, depth: goal.depth + 1 },
            question,
          );
    undo();
    return isOver && !question.all;
  }

  /** Congress has no aggregates: the rows that the engine has are shown as if they were stored. */
  #aggregated(policy: TracedPolicy, goal: Goal, question: Question): boolean {
    const { atom } = literalOf(goal);
    const asked: Atom = { ...plug(atom, goal.frame), policy: null };
    return this.#world.overlay.query(policy.name, { kind: 'fact', atom: asked }).some((answer) => {
      const { args } = (answer as Extract<Formula, { kind: 'fact' }>).atom;
      const undo = unify({ terms: args, frame: new Map() }, { terms: atom.args, frame: goal.frame });
      if (undo === null) return false;
      const isOver = this.#proved(policy, goal, question);
      undo();
      return isOver && !question.all;
    });
  }

  /** A literal is proved: on with the next one. `redo` says so when the search comes back for more. */
  #proved(policy: TracedPolicy, goal: Goal | null, question: Question, redo = true): boolean {
    if (goal === null) {
      const { names, frame, answers } = question;
      answers.push(new Map(names.map((name) => [name, resolve({ kind: 'variable', name }, frame).term])));
      return true;
    }
    this.#show(policy, goal, 'Exit');
    const next: Goal = { ...goal, at: goal.at + 1 };
    const isOver =
      next.at < goal.literals.length
        ? this.#prove(goal.policy, next, question)
        : this.#log.nested(() => this.#proved(policy, goal.parent, question));
    if (redo && (!isOver || question.all)) this.#show(policy, goal, 'Redo');
    return isOver;
  }

  #show(policy: TracedPolicy, goal: Goal, word: string): void {
    const { negated, atom } = literalOf(goal);
    this.#line(policy, `${bars(goal)}${word}: ${printLiteral({ negated, atom: plug(atom, goal.frame) })}`);
  }

  #note(policy: TracedPolicy, goal: Goal, text: string): void {
    this.#line(policy, `${bars(goal)}Note: ${text}`);
  }

  #line({ prefix }: TracedPolicy, text: string): void {
    this.#log.line(prefix, text);
  }
}

function literalOf(goal: Goal): Literal {
  return goal.literals[goal.at]!;
}

function bars({ depth }: Goal): string {
  return '| '.repeat(depth);
}

function isSameTable(head: Atom, asked: Atom, policy: string): boolean {
  if (head.table !== asked.table || head.modal !== asked.modal) return false;
  return (head.policy ?? policy) === (asked.policy ?? policy) && head.args.length === asked.args.length;
}

function constant(value: Value): Term {
  return { kind: 'constant', value };
}

function constantsOf(values: readonly Value[]): { readonly terms: readonly Term[]; readonly frame: Frame } {
  return { terms: values.map(constant), frame: new Map() };
}

function namesOf(query: Formula): readonly string[] {
  const atoms =
    query.kind === 'fact' ? [query.atom] : [...query.heads, ...query.body].map(({ atom }) => atom);
  const terms = atoms.flatMap(({ args }) => args);
  return [...new Set(terms.flatMap((term) => (term.kind === 'variable' ? [term.name] : [])))];
}

function instantiated(query: Formula, answer: ReadonlyMap<string, Term>): Formula {
  const replace = (atom: Atom): Atom => ({
    ...atom,
    args: atom.args.map((term) => (term.kind === 'variable' ? (answer.get(term.name) ?? term) : term)),
  });
  if (query.kind === 'fact') return { kind: 'fact', atom: replace(query.atom) };
  const literal = ({ negated, atom }: Literal): Literal => ({ negated, atom: replace(atom) });
  return { ...query, heads: query.heads.map(literal), body: query.body.map(literal) };
}
