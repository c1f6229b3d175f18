import type { AdmissionContext, AdmissionKind } from '../../service/datalog/admission/admission-context.ts';
import { type AdmissionResult, admit } from '../../service/datalog/admission/admit.ts';
import { builtinCalled } from '../../service/datalog/builtins.ts';
import { DependencyGraph } from '../../service/datalog/dependency-graph.ts';
import { statementKey } from '../../service/datalog/identity.ts';
import { parse } from '../../service/datalog/parser.ts';
import type { Atom, Formula, Statement } from '../../service/datalog/tree.ts';

export interface FakePolicies {
  readonly policies: Readonly<Record<string, AdmissionKind>>;
  /** Columns by table, by data source. */
  readonly dataSources: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly recursivePolicies?: readonly string[];
  /** False to the letter of Congress, which is the default: answers are compared with recorded ones. */
  readonly hasAdditions?: boolean;
}

/** A small catalog of statements: what admission reads, kept by what admission admitted. */
export class FakeCatalog implements AdmissionContext {
  readonly dependencies = new DependencyGraph();
  readonly #world: FakePolicies;
  readonly #statements = new Map<string, Set<string>>();
  /** Arity by `policy:table` of the first use (reference 2.10). */
  readonly #arities = new Map<string, number>();

  readonly refusesOmittedInNegation: boolean;

  constructor(world: FakePolicies) {
    this.#world = world;
    this.refusesOmittedInNegation = world.hasAdditions !== true;
  }

  /** Admits the text into the policy, parking what lacks a schema, and keeps what was admitted. */
  insert(policy: string, text: string): AdmissionResult {
    return this.admit(policy, parse(text));
  }

  /** The same for statements. */
  admit(policy: string, statements: readonly Statement[]): AdmissionResult {
    const result = admit({ policy, statements, incompleteSchema: 'park' }, this);
    if (result.kind === 'admitted') for (const { formula } of result.admitted) this.#keep(policy, formula);
    return result;
  }

  policyKind(policy: string): AdmissionKind | undefined {
    return this.#world.policies[policy];
  }

  isDataSource(name: string): boolean {
    return this.#world.dataSources[name] !== undefined;
  }

  dataSourceColumns(name: string, table: string): readonly string[] | 'unknown-table' | undefined {
    const tables = this.#world.dataSources[name];
    return tables === undefined ? undefined : (tables[table] ?? 'unknown-table');
  }

  arityOf(policy: string, table: string): number | undefined {
    return this.#arities.get(`${policy}:${table}`);
  }

  holds(policy: string, formula: Formula): boolean {
    return this.#statements.get(policy)?.has(statementKey(formula)) === true;
  }

  mayRecur(policy: string): boolean {
    return this.#world.recursivePolicies?.includes(policy) === true;
  }

  #keep(policy: string, formula: Formula): void {
    const keys = this.#statements.get(policy) ?? new Set<string>();
    this.#statements.set(policy, keys.add(statementKey(formula)));
    this.dependencies.add(policy, formula);
    const atoms = formula.kind === 'fact' ? [formula.atom] : [];
    const heads = formula.kind === 'rule' ? formula.heads.map(({ atom }) => atom) : [];
    for (const atom of [...atoms, ...heads]) this.#use(policy, atom);
    for (const { atom } of formula.kind === 'rule' ? formula.body : [])
      if (builtinCalled(atom) === undefined) this.#use(atom.policy ?? policy, atom);
  }

  #use(policy: string, { table, args }: Atom): void {
    const key = `${policy}:${table}`;
    if (this.policyKind(policy) !== undefined && !this.#arities.has(key)) this.#arities.set(key, args.length);
  }
}
