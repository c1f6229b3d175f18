import type { AdmissionContext } from '../../service/datalog/admission/admission-context.ts';
import { admit } from '../../service/datalog/admission/admit.ts';
import { builtinCalled } from '../../service/datalog/builtins.ts';
import { DependencyGraph } from '../../service/datalog/dependency-graph.ts';
import { statementKey } from '../../service/datalog/identity.ts';
import { parse } from '../../service/datalog/parser.ts';
import type { Atom, Formula } from '../../service/datalog/tree.ts';
import type { Tuple, Value } from '../../service/datalog/value.ts';
import { Engine } from '../../service/engine/engine.ts';

/** Data source tables as the vectors write them: source, table, columns and rows. */
export interface SourceTables {
  readonly [source: string]: {
    readonly [table: string]: {
      readonly columns: readonly string[];
      readonly rows: readonly (readonly (string | number)[])[];
    };
  };
}

/** Statements of policies and tables of data sources, admitted by the language and evaluated by the engine. */
export class ProgramSession {
  readonly engine = new Engine();
  readonly #tables: SourceTables;
  readonly #policies = new Set<string>();
  readonly #arities = new Map<string, number>();
  readonly #held = new Set<string>();
  readonly #dependencies = new DependencyGraph();
  #rules = 0;

  constructor(tables: SourceTables, policies: readonly string[]) {
    this.#tables = tables;
    this.#policies = new Set(policies);
    for (const [policy, shelf] of Object.entries(tables)) {
      for (const [table, { columns, rows }] of Object.entries(shelf)) {
        this.engine.apply([
          {
            kind: 'replace-table',
            policy,
            table,
            arity: columns.length,
            rows: rows.map((row) => row.map(fromJson)),
          },
        ]);
      }
    }
  }

  /** Inserts the statements of a text; false when they are refused. */
  insert(policy: string, text: string): boolean {
    const result = admit({ policy, statements: parse(text) }, this.#context());
    if (result.kind === 'refused') return false;
    for (const { formula } of result.admitted) this.#store(policy, formula);
    return true;
  }

  #store(policy: string, formula: Formula): void {
    this.#held.add(`${policy} ${statementKey(formula)}`);
    this.#dependencies.add(policy, formula);
    const heads = formula.kind === 'fact' ? [formula.atom] : formula.heads.map(({ atom }) => atom);
    for (const atom of heads) this.#learn(policy, atom);
    if (formula.kind === 'fact') {
      const tuple = formula.atom.args.map((term) => (term.kind === 'constant' ? term.value : '')) as Tuple;
      this.engine.apply([{ kind: 'insert-fact', policy, table: formula.atom.table, tuple }]);
      return;
    }
    for (const { atom } of formula.body) {
      if (builtinCalled(atom) === undefined) this.#learn(atom.policy ?? policy, atom);
    }
    this.engine.apply([{ kind: 'insert-rule', policy, ruleId: `rule-${this.#rules++}`, rule: formula }]);
  }

  #learn(policy: string, atom: Atom): void {
    const key = `${policy} ${atom.table}`;
    if (this.#policies.has(policy) && !this.#arities.has(key)) this.#arities.set(key, atom.args.length);
  }

  #context(): AdmissionContext {
    return {
      policyKind: (policy) => (this.#policies.has(policy) ? 'nonrecursive' : undefined),
      isDataSource: (name) => this.#tables[name] !== undefined,
      dataSourceColumns: (name, table) => {
        const source = this.#tables[name];
        return source === undefined ? undefined : (source[table]?.columns ?? 'unknown-table');
      },
      arityOf: (policy, table) =>
        this.#arities.get(`${policy} ${table}`) ?? this.#tables[policy]?.[table]?.columns.length,
      holds: (policy, formula) => this.#held.has(`${policy} ${statementKey(formula)}`),
      dependencies: this.#dependencies,
      mayRecur: () => false,
      refusesOmittedInNegation: true,
    };
  }
}

/** Vectors write integers as JSON numbers; floats occur only in rule texts. */
function fromJson(value: string | number): Value {
  return typeof value === 'number' ? BigInt(value) : value;
}
