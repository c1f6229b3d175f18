import fc from 'fast-check';
import { orderBody } from '../../../service/datalog/admission/body-order.ts';
import { printStatement } from '../../../service/datalog/printer.ts';
import { parseProgram } from '../../../service/datalog/program-text.ts';
import type { Literal, Rule, Term } from '../../../service/datalog/tree.ts';
import type { Tuple, Value } from '../../../service/datalog/value.ts';
import { isAnonymous } from '../../../service/datalog/variables.ts';
import { Engine } from '../../../service/engine/engine.ts';
import type { RelationName } from '../../../service/engine/engine-change.ts';
import type { Catalog } from '../../../service/policy/catalog.ts';
import { explain } from '../../../service/policy/explanation/explain.ts';
import type { Derivation, RowNode, RuleFailure } from '../../../service/policy/explanation/explanation.ts';
import { Oracle, tupleKey } from '../../support/oracle.ts';
import { allRelations, Choices, randomBatch, sampleValues } from '../../support/oracle-programs.ts';

const limits = { depth: 50, width: 5 };

/** A random program, recursive or not, with what explanations read of a catalog. */
class Program {
  readonly engine = new Engine();
  readonly oracle = new Oracle();
  readonly rules = new Map<string, { readonly policy: string; readonly rule: Rule }>();

  constructor(choices: Choices, recursive: boolean) {
    for (let batches = 2 + choices.below(6); batches > 0; batches--) {
      for (const change of randomBatch(choices, recursive)) {
        const ordered = change.kind === 'insert-rule' ? { ...change, rule: inOrder(change.rule) } : change;
        this.engine.apply([ordered]);
        this.oracle.apply([ordered]);
        if (ordered.kind === 'insert-rule') {
          this.rules.delete(ordered.ruleId);
          this.rules.set(ordered.ruleId, ordered);
        }
        if (ordered.kind === 'delete-rule') this.rules.delete(ordered.ruleId);
      }
    }
  }

  get catalog(): Catalog {
    const fake = {
      hasTable: () => true,
      policyByName: (name: string) => (name === 'ds' ? undefined : { id: name, name }),
      rules: (policy: string) =>
        [...this.rules]
          .filter(([, owned]) => owned.policy === policy)
          .map(([id, { rule }]) => ({ id, text: printStatement(rule), formula: rule })),
      ruleOfStatement: () => undefined,
    };
    return fake as unknown as Catalog;
  }

  rows(relation: RelationName): readonly Tuple[] {
    return this.engine.rows(relation);
  }

  explain({ policy, table }: RelationName, row: Tuple) {
    return explain(this, { policy, table, row, limits });
  }
}

function inOrder(rule: Rule): Rule {
  const order = orderBody(rule);
  if (order.kind === 'unsafe') throw new Error(order.message);
  return order.rule;
}

/** Checks a tree against the oracle: leaves are stored, nodes are instances of their rules, no row explains itself. */
class TreeCheck {
  readonly #program: Program;
  readonly #nodes = new Map<string, RowNode>();
  #checked = 0;

  constructor(program: Program) {
    this.#program = program;
  }

  get checked(): number {
    return this.#checked;
  }

  check(node: RowNode, above: readonly string[] = []): void {
    const key = keyOf(node);
    this.#checked += 1;
    expect(this.#holds(node.table, node.row)).toBe(true);
    if (node.cut === null) this.#nodes.set(key, node);
    if (node.cut !== 'seen') expect(above).not.toContain(key);
    expect(['seen', null]).toContain(node.cut);
    const { policy, table } = nameOf(node.table);
    const isStored = this.#program.engine.withOverlay('test', (overlay) =>
      overlay.facts({ policy, table, arity: node.row.length, modal: null }, node.row),
    );
    expect(node.stored !== null).toBe(isStored.length > 0);
    if (node.cut === null && node.stored === null) expect(node.derivations.length).toBeGreaterThan(0);
    for (const derivation of node.derivations) this.#derivation(node, derivation, [...above, key]);
  }

  /** Rows that are marked as seen are explained somewhere, and following them never leads back. */
  checkEnds(): void {
    const done = new Set<string>();
    const visit = (key: string, path: ReadonlySet<string>): void => {
      expect(path.has(key)).toBe(false);
      const node = this.#nodes.get(key);
      if (done.has(key) || node === undefined) return;
      // One finite derivation is enough for a row of a recursive table; a stored row needs none.
      for (const { body } of node.stored === null ? node.derivations : []) {
        for (const condition of body) {
          if (condition.kind === 'row') visit(keyOf(condition.because), new Set([...path, key]));
        }
      }
      done.add(key);
    };
    for (const key of this.#nodes.keys()) visit(key, new Set());
  }

  #derivation(node: RowNode, { rule, instance, body }: Derivation, above: readonly string[]): void {
    const owned = this.#program.rules.get(rule.id)!;
    expect(rule.policy).toBe(owned.policy);
    const [ground] = parseProgram(instance) as [Rule];
    expect(isInstance(owned.rule, ground)).toBe(true);
    expect(valuesOf(ground.heads[0]!)).toEqual(node.row);
    expect(body.length).toBe(ground.body.length);
    for (const [at, literal] of ground.body.entries()) {
      const condition = body[at]!;
      const table = `${literal.atom.policy ?? rule.policy}:${literal.atom.table}`;
      const isGround = literal.atom.args.every(({ kind }) => kind === 'constant');
      if (condition.kind === 'absent' && isGround) expect(this.#holds(table, valuesOf(literal))).toBe(false);
      if (condition.kind !== 'row') continue;
      expect({ table: condition.because.table, row: condition.because.row }).toEqual({
        table,
        row: valuesOf(literal),
      });
      this.check(condition.because, above);
    }
  }

  #holds(name: string, row: Tuple): boolean {
    const relation = { ...nameOf(name), arity: row.length, modal: null };
    return this.#program.oracle.rows(relation).includes(tupleKey(row));
  }
}

function keyOf({ table, row }: RowNode): string {
  return `${table} ${tupleKey(row)}`;
}

function nameOf(name: string): { readonly policy: string; readonly table: string } {
  const colon = name.indexOf(':');
  return { policy: name.slice(0, colon), table: name.slice(colon + 1) };
}

function valuesOf({ atom }: Literal): Tuple {
  return atom.args.map((term) => (term.kind === 'constant' ? term.value : term.name));
}

/** Whether one substitution makes the rule the instance. */
function isInstance(rule: Rule, instance: Rule): boolean {
  const bindings = new Map<string, Value>();
  const substitute = (term: Term, value: Term): boolean => {
    // A column of a negated literal that may hold anything.
    if (value.kind !== 'constant') return term.kind === 'variable' && isAnonymous(term.name);
    if (term.kind === 'constant') return term.value === value.value;
    const known = bindings.get(term.name);
    bindings.set(term.name, value.value);
    return known === undefined || known === value.value;
  };
  const pairs = [...rule.heads, ...rule.body].map(
    (literal, at) => [literal, [...instance.heads, ...instance.body][at]!] as const,
  );
  const isAggregated = (at: number, column: number): boolean =>
    at === 0 && rule.aggregates?.some((aggregate) => aggregate.column === column) === true;
  return pairs.every(
    ([literal, ground], index) =>
      literal.negated === ground.negated &&
      literal.atom.table === ground.atom.table &&
      literal.atom.policy === ground.atom.policy &&
      literal.atom.args.every(
        (term, at) => isAggregated(index, at) || substitute(term, ground.atom.args[at]!),
      ),
  );
}

/** The literals before the failing one can be true together, and with it they cannot: asked of compiled plans. */
function checkFailure(program: Program, row: Tuple, { rule, failing }: RuleFailure): void {
  const { policy, rule: formula } = program.rules.get(rule.id)!;
  const bound = headBound(formula, row);
  if (failing === null) {
    expect(bound).toBeNull();
    return;
  }
  const holds = (length: number): boolean => {
    const body = bound!.body.slice(0, length);
    return length === 0 || program.engine.query(policy, { ...bound!, body }).length > 0;
  };
  expect(holds(failing.index)).toBe(true);
  if (failing.index === formula.body.length) {
    expect(formula.aggregates).toBeDefined();
    return;
  }
  expect(holds(failing.index + 1)).toBe(false);
  expect(failing.examples.length).toBeGreaterThan(0);
  for (const { instance, bindings, because } of failing.examples) {
    const query = parseProgram(`t() :- ${instance}`)[0] as Rule;
    const [literal] = query.body as readonly [Literal];
    const isRow =
      literal.atom.policy !== 'builtin' && literal.atom.args.every(({ kind }) => kind === 'constant');
    expect(because !== null).toBe(literal.negated && isRow);
    expect(program.engine.query(policy, query)).toEqual([]);
    const beginning = { ...bound!, body: bound!.body.slice(0, failing.index) };
    if (failing.index > 0)
      expect(program.engine.query(policy, substituted(beginning, bindings))).not.toEqual([]);
  }
}

function headBound(rule: Rule, row: Tuple): Rule | null {
  const bindings: Record<string, Value> = {};
  for (const [at, term] of rule.heads[0]!.atom.args.entries()) {
    if (rule.aggregates?.some(({ column }) => column === at) === true) continue;
    const known = term.kind === 'constant' ? term.value : bindings[term.name];
    if (known !== undefined && known !== row[at]) return null;
    if (term.kind === 'variable') bindings[term.name] = row[at]!;
  }
  const { kind, heads, body } = rule;
  return substituted({ kind, heads, body }, bindings);
}

function substituted(rule: Rule, bindings: Readonly<Record<string, Value>>): Rule {
  const literal = ({ negated, atom }: Literal): Literal => ({
    negated,
    atom: {
      ...atom,
      args: atom.args.map((term): Term => {
        const value = term.kind === 'variable' ? bindings[term.name] : undefined;
        return value === undefined ? term : { kind: 'constant', value };
      }),
    },
  });
  return { ...rule, heads: rule.heads.map(literal), body: rule.body.map(literal) };
}

const tape = fc.array(fc.nat({ max: 5039 }), { minLength: 20, maxLength: 300, size: 'max' });
const numRuns = Number(process.env.ENGINE_RUNS ?? 40);

describe('an explanation of a random program', () => {
  it.each([false, true])('checks against the oracle (recursion: %s)', (recursive) => {
    let trees = 0;
    let failures = 0;
    fc.assert(
      fc.property(tape, (numbers) => {
        const choices = new Choices(numbers);
        const program = new Program(choices, recursive);
        for (const relation of allRelations) {
          for (const row of program.rows(relation).slice(0, 4)) {
            const explanation = program.explain(relation, row);
            if (!explanation.holds) throw new Error('the row holds');
            const check = new TreeCheck(program);
            check.check(explanation.because);
            check.checkEnds();
            trees += check.checked;
          }
          const absent = Array.from({ length: relation.arity }, () => choices.pick(sampleValues));
          const explanation = program.explain(relation, absent);
          expect(explanation.holds).toBe(program.oracle.rows(relation).includes(tupleKey(absent)));
          if (explanation.holds) continue;
          for (const failure of explanation.rules) checkFailure(program, absent, failure);
          failures += explanation.rules.length;
        }
      }),
      { numRuns, endOnFailure: true },
    );
    expect(trees).toBeGreaterThan(numRuns);
    expect(failures).toBeGreaterThan(numRuns);
  });
});
