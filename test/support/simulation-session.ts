import { Problem } from '../../service/base/problem.ts';

import { printStatement } from '../../service/datalog/printer.ts';
import { parseProgram } from '../../service/datalog/program-text.ts';
import { Engine } from '../../service/engine/engine.ts';
import type { RelationName } from '../../service/engine/engine-change.ts';
import type { EngineOptions } from '../../service/engine/engine-options.ts';
import { engineChanges } from '../../service/policy/engine-changes.ts';
import {
  type Simulation,
  type SimulationRequest,
  simulate,
} from '../../service/policy/simulation/simulate.ts';
import { UnknownTables } from '../../service/policy/unknown-tables.ts';
import { deleteRule } from '../../service/policy/writes/delete-rule.ts';
import { Session } from '../policy/session.ts';

/** A policy by the texts of its statements; one text may hold several. */
export interface PolicyTexts {
  readonly name: string;
  readonly kind?: string;
  readonly rules: readonly string[];
}

/** A catalog and the engine that follows it. */
export class SimulationSession {
  readonly session = new Session();
  readonly engine: Engine;
  readonly #unknown = new UnknownTables();
  #applied = 0;
  #uuids = 0;

  constructor(policies: readonly PolicyTexts[], options: Partial<EngineOptions> = {}) {
    this.engine = new Engine(options);
    for (const { name, kind = 'nonrecursive' } of policies) this.session.policy(name, { kind });
    for (const { name, rules } of policies) for (const text of rules) this.insert(name, text);
    this.follow();
  }

  get catalog() {
    return this.session.catalog;
  }

  insert(policy: string, text: string): void {
    for (const statement of parseProgram(text)) this.session.rule(policy, printStatement(statement));
  }

  remove(policy: string, ruleId: string): void {
    this.session.write(deleteRule(policy, ruleId));
  }

  /** The engine takes what the catalog has. */
  follow(): void {
    const changes = this.session.changes.slice(this.#applied);
    this.#applied = this.session.changes.length;
    this.engine.apply(this.#unknown.admit(changes.flatMap((change) => engineChanges(change, () => []))));
  }

  simulate(request: Partial<SimulationRequest>): readonly string[] {
    return this.simulation(request).answers;
  }

  simulation(request: Partial<SimulationRequest>): Simulation {
    const asked = { policy: 'q', actionPolicy: 'act', query: '', sequence: '', delta: false, trace: false };
    return simulate(this, { newUuid: () => `uuid-${++this.#uuids}`, ...asked, ...request });
  }

  /** All that may be compared before and after: rows, digest, sizes. Asking once makes the views that asking needs. */
  picture() {
    const tables = this.catalog
      .policies()
      .flatMap(({ name }) => (this.catalog.tablesOf(name) ?? []).map((table) => ({ policy: name, table })));
    const rows = tables.map(({ policy, table }) => {
      const arity = this.catalog.arityOf(policy, table) ?? 0;
      const colon = table.indexOf(':');
      const relation =
        colon < 0 ? { policy, table } : { policy: table.slice(0, colon), table: table.slice(colon + 1) };
      return [policy, table, this.#rowsOf({ ...relation, arity, modal: null })];
    });
    // Indexes are built when first needed, by a simulation as by a query.
    return { rows, digest: this.catalog.digest(), statistics: { ...this.engine.statistics(), bytes: 0 } };
  }
  /** Sorted; or why they cannot be had: update tables of action policies may leave columns open. */
  #rowsOf(relation: RelationName): readonly string[] | string {
    try {
      const tuples = this.engine.rows(relation);
      return tuples.map((tuple) => tuple.map((value) => `${typeof value} ${value}`).join()).sort();
    } catch (error) {
      if (error instanceof Problem) return error.message;
      throw error;
    }
  }
}
