import { printAtom, printStatement } from '../../datalog/printer.ts';
import type { Atom, Formula } from '../../datalog/tree.ts';
import type { Value } from '../../datalog/value.ts';
import type { Overlay } from '../../engine/overlay/overlay.ts';
import type { Catalog } from '../catalog.ts';
import type { ActionPolicy, AskedTable } from '../simulation/action-policy.ts';
import type { AppliedUpdate, ProjectedStep } from '../simulation/projection.ts';
import { SimulatedPolicies } from '../simulation/simulated-policies.ts';
import { updateOf, writtenTable } from '../simulation/statement-shape.ts';
import { pythonRule, pythonStatement } from './python-tree.ts';
import { TopDown } from './top-down.ts';
import { TraceLog } from './trace-log.ts';
import { type TracedPolicy, TraceWorld } from './trace-world.ts';
import { openAtom } from './traced-rows.ts';

/** A simulation that has been carried out. */
export interface TracedSimulation {
  readonly home: string;
  readonly actionPolicy: string;
  readonly actions: readonly string[];
  readonly query: Formula;
  readonly sequence: readonly Formula[];
  readonly delta: boolean;
  readonly steps: readonly ProjectedStep[];
  readonly asked: ActionPolicy['askedTables'];
}

/**
 * Tells how Congress comes to the same answers (reference 1.8, 3.6): goes through the recorded steps again on an
 * overlay of its own, searching from the top where Congress does. What Congress then takes back is not told: here
 * there is nothing to take back.
 */
export function traceOfSimulation(
  { catalog, overlay }: { readonly catalog: Catalog; readonly overlay: Overlay },
  simulation: TracedSimulation,
): string {
  const log = new TraceLog();
  log.record(() => new SimulationTrace({ catalog, overlay, log }, simulation).tell());
  return log.text();
}

class SimulationTrace {
  readonly #log: TraceLog;
  readonly #policies: SimulatedPolicies;
  readonly #world: TraceWorld;
  readonly #search: TopDown;
  readonly #simulation: TracedSimulation;
  readonly #home: TracedPolicy;
  readonly #actionPolicy: TracedPolicy;
  readonly #scratch = new ScratchPolicy();

  constructor(
    parts: { readonly catalog: Catalog; readonly overlay: Overlay; readonly log: TraceLog },
    simulation: TracedSimulation,
  ) {
    this.#log = parts.log;
    this.#simulation = simulation;
    this.#policies = new SimulatedPolicies(parts.catalog, parts.overlay);
    this.#world = new TraceWorld({ ...parts, policies: this.#policies });
    this.#search = new TopDown(this.#world, parts.log);
    this.#home = this.#world.policy(simulation.home)!;
    this.#actionPolicy = this.#world.policy(simulation.actionPolicy)!;
  }

  tell(): void {
    const { query, sequence, delta, steps } = this.#simulation;
    const text = printStatement(query);
    if (delta) {
      this.#log.runtime(`** Simulate: Querying ${text}`);
      this.#log.runtime(`Original result of ${text} is ${listed(this.#search.select(this.#home, query))}`);
    }
    this.#log.runtime(`** Simulate: Applying sequence ${listed(sequence)}`);
    this.#include();
    this.#search.select(this.#actionPolicy, {
      kind: 'fact',
      atom: { ...openAtom('action', 1), args: [variableX] },
    });
    this.#log.runtime(`Actions: [${this.#simulation.actions.join(';')}]`);
    this.#log.runtime(`Project: [${sequence.map(pythonStatement).join(', ')}]`);
    let results: readonly Atom[] = [];
    for (const step of steps) results = this.#step(step, results);
    this.#actionPolicy.includes.length = 0;
    this.#log.runtime(`** Simulate: Querying ${text}`);
    const answers = new Set(this.#search.select(this.#home, query).map(printStatement));
    this.#log.runtime(`Result of ${text} is [${[...answers].join(';')}]`);
    this.#log.runtime('** Simulate: Rolling back');
  }

  #include(): void {
    this.#actionPolicy.includes.push(this.#scratch);
    if (this.#home !== this.#actionPolicy) this.#actionPolicy.includes.push(this.#home);
  }

  #step(step: ProjectedStep, results: readonly Atom[]): readonly Atom[] {
    this.#log.runtime(`** Updating with ${printStatement(step.statement)}`);
    this.#log.runtime(`Actions: [${this.#simulation.actions.join(';')}]`);
    this.#log.runtime(`Last_results: ${atomsListed(results)}`);
    if (step.kind === 'update') {
      for (const update of step.updates) this.#apply(update, 'text');
      return results;
    }
    this.#log.runtime(`Projecting ${printStatement(step.statement)}`);
    if (step.statement.kind === 'rule') {
      this.#scratch.define(step.given);
      this.#log.runtime(`newth (with prior results) ${atomsListed(step.given)}`);
      this.#search.first(this.#actionPolicy, step.statement.body);
    }
    return step.kind === 'skipped' ? results : this.#act(step);
  }

  #act({ atoms, updates, results }: Extract<ProjectedStep, { readonly kind: 'action' }>): readonly Atom[] {
    this.#scratch.define(atoms);
    this.#log.runtime(`newth contents (after action insertion): ${atomsListed(atoms)}`);
    for (const asked of this.#simulation.asked.updates) this.#ask(asked);
    this.#log.runtime(`Computed updates: ${listed(updates.map(({ formula }) => formula))}`);
    this.#scratch.add(updates.flatMap(({ formula }) => (formula.kind === 'fact' ? [formula.atom] : [])));
    const { result } = this.#simulation.asked;
    if (result !== null) this.#ask(result);
    for (const update of updates) this.#apply(update, 'computed');
    return results;
  }

  #ask({ table, arity }: AskedTable): void {
    this.#search.select(this.#actionPolicy, { kind: 'fact', atom: openAtom(table, arity) });
  }

  #apply({ formula }: AppliedUpdate, origin: 'text' | 'computed'): void {
    const update = updateOf(formula);
    const target = update.policy ?? this.#simulation.home;
    const prefix = this.#world.policy(target)?.prefix ?? null;
    const text = printStatement(update.formula);
    this.#log.runtime(`Applying update ${printStatement(formula)} to ${target}`);
    this.#log.line(prefix, `Update [${update.insert ? 'insert' : 'delete'}[${text}]]`);
    this.#log.line(
      prefix,
      update.insert ? `Insert: ${pythonRule(update.formula, origin)}` : `Delete: ${text}`,
    );
    this.#policies.apply(update, this.#simulation.home);
  }
}

/** The atoms of the action that is being simulated; its lines are not shown. */
class ScratchPolicy implements TracedPolicy {
  readonly name = '';
  readonly prefix = null;
  readonly includes: TracedPolicy[] = [];
  #atoms: readonly Atom[] = [];

  define(atoms: readonly Atom[]): void {
    this.#atoms = atoms;
  }

  add(atoms: readonly Atom[]): void {
    this.#atoms = [...this.#atoms, ...atoms];
  }

  rules(): readonly [] {
    return [];
  }

  visitFacts(asked: Atom, visit: (values: readonly Value[]) => boolean): boolean {
    const table = writtenTable(asked);
    return this.#atoms.some((atom) => {
      const values = atom.args.flatMap((term) => (term.kind === 'constant' ? [term.value] : []));
      const agrees =
        writtenTable(atom) === table &&
        values.length === asked.args.length &&
        asked.args.every((term, at) => term.kind === 'variable' || term.value === values[at]);
      return agrees && visit(values);
    });
  }
}

const variableX = { kind: 'variable', name: 'x' } as const;

function listed(formulas: readonly Formula[]): string {
  return `[${formulas.map(printStatement).join(';')}]`;
}

function atomsListed(atoms: readonly Atom[]): string {
  return `[${atoms.map(printAtom).join(';')}]`;
}
