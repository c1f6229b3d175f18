import { orderBody } from '../../datalog/admission/body-order.ts';
import { statementKey } from '../../datalog/identity.ts';
import { printStatement } from '../../datalog/printer.ts';
import type { Formula, Rule } from '../../datalog/tree.ts';
import { isAnonymous } from '../../datalog/variables.ts';
import type { Overlay } from '../../engine/overlay/overlay.ts';
import type { Catalog } from '../catalog.ts';
import { SimulationRefused } from './problems.ts';
import { resolveColumns } from './resolve-columns.ts';
import { type Update, valuesOf } from './statement-shape.ts';

interface SimulatedRule {
  readonly policy: string;
  readonly rule: Rule;
  readonly ruleId: string;
}

/** Facts and rules of all policies in the course of one simulation. */
export class SimulatedPolicies {
  readonly #catalog: Catalog;
  readonly #overlay: Overlay;
  readonly #removed = new Set<string>();
  /** Rules that the simulation has put in, by policy and statement. */
  readonly #added = new Map<string, SimulatedRule>();
  #ids = 0;

  constructor(catalog: Catalog, overlay: Overlay) {
    this.#catalog = catalog;
    this.#overlay = overlay;
  }

  isKnown(name: string): boolean {
    return (
      this.#catalog.policyByName(name) !== undefined || this.#catalog.dataSourceInRules(name) !== undefined
    );
  }

  /** Rules of a policy with a head of this table, stored ones first. Costs the rules of the policy. */
  rules(policy: string, table: string): readonly Rule[] {
    const owner = this.#catalog.policyByName(policy);
    const stored = owner === undefined ? [] : this.#catalog.rules(owner.id);
    const kept = stored.flatMap(({ id, formula }) =>
      formula.kind === 'rule' && !this.#removed.has(id) ? [formula] : [],
    );
    const added = [...this.#added.values()].filter((rule) => rule.policy === policy).map(({ rule }) => rule);
    return [...kept, ...added].filter(({ heads }) => heads[0]!.atom.table === table);
  }

  /**
   * Applies an update to the policy it names, else to `home`; false when there was nothing to change. What a policy
   * would refuse otherwise is not asked, but that the body can be evaluated and does not go round in circles in
   * policies that may not recur. Throws SimulationRefused.
   */
  apply(update: Update, home: string): boolean {
    const policy = update.policy ?? home;
    if (!this.isKnown(policy)) throw new SimulationRefused(`Unknown policy ${policy}`);
    const formula = resolveColumns(update.formula, policy, this.#catalog);
    if (formula.kind === 'rule') return this.#changeRule(policy, ordered(formula), update.insert);
    if (formula.atom.args.some((term) => term.kind === 'variable' && isAnonymous(term.name)))
      throw new SimulationRefused(`An update needs a value for each column: ${printStatement(formula)}`);
    const fact = { policy, table: formula.atom.table, tuple: valuesOf(formula.atom.args) };
    return update.insert ? this.#overlay.insertFact(fact) : this.#overlay.deleteFact(fact);
  }

  #changeRule(policy: string, rule: Rule, insert: boolean): boolean {
    const statement = `${policy}\n${statementKey(rule)}`;
    const stored = this.#storedId(policy, rule);
    const added = this.#added.get(statement)?.ruleId;
    const isThere = added !== undefined || (stored !== undefined && !this.#removed.has(stored));
    if (isThere === insert) return false;
    if (insert) this.#insertRule({ policy, rule, stored, statement });
    else this.#deleteRule({ policy, rule, ruleId: added ?? stored!, statement });
    return true;
  }

  #insertRule(wanted: {
    readonly policy: string;
    readonly rule: Rule;
    readonly stored: string | undefined;
    readonly statement: string;
  }): void {
    const { policy, rule, stored, statement } = wanted;
    if (stored !== undefined) {
      this.#overlay.restoreRule({ policy, rule, ruleId: stored });
      this.#removed.delete(stored);
    } else {
      this.#ids += 1;
      const ruleId = `simulated rule ${this.#ids}`;
      this.#overlay.insertRule({ policy, rule, ruleId });
      this.#added.set(statement, { policy, rule, ruleId });
    }
    const cycle = this.#overlay.cycleThrough({ policy, rule });
    const { mayRecur } = this.#catalog.admissionContext();
    if (cycle === null || cycle.every((table) => mayRecur(table.slice(0, table.indexOf(':'))))) return;
    throw new SimulationRefused(`Rules are recursive: ${[...cycle, cycle[0]].join(' -> ')}`);
  }

  #deleteRule(unwanted: {
    readonly policy: string;
    readonly rule: Rule;
    readonly ruleId: string;
    readonly statement: string;
  }): void {
    const { policy, rule, ruleId, statement } = unwanted;
    this.#overlay.deleteRule({ policy, rule, ruleId });
    if (!this.#added.delete(statement)) this.#removed.add(ruleId);
  }

  #storedId(policy: string, rule: Formula): string | undefined {
    const owner = this.#catalog.policyByName(policy);
    return owner && this.#catalog.ruleOfStatement(owner.id, rule)?.id;
  }
}

function ordered(rule: Rule): Rule {
  const order = orderBody(rule);
  if (order.kind === 'unsafe') throw new SimulationRefused(order.message);
  return order.rule;
}
