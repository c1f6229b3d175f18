import { simulationStatementsMax, simulationUpdatesMax } from '../../base/limits.ts';
import { printStatement } from '../../datalog/printer.ts';
import type { Atom, Formula, Rule, Term } from '../../datalog/tree.ts';
import type { Value } from '../../datalog/value.ts';
import type { ActionPolicy } from './action-policy.ts';
import { SimulationRefused } from './problems.ts';
import type { SimulatedPolicies } from './simulated-policies.ts';
import {
  headOf,
  isGround,
  isUpdate,
  type SequenceStatement,
  updateOf,
  writtenTable,
} from './statement-shape.ts';

/** An update and whether it changed anything. */
export interface AppliedUpdate {
  /** With its sign. */
  readonly formula: Formula;
  readonly changed: boolean;
}

/** What one statement of a sequence came to. */
export type ProjectedStep =
  | {
      readonly kind: 'update';
      readonly statement: SequenceStatement;
      readonly updates: readonly AppliedUpdate[];
    }
  /** A rule-shaped action whose body does not hold. */
  | { readonly kind: 'skipped'; readonly statement: SequenceStatement; readonly given: readonly Atom[] }
  | {
      readonly kind: 'action';
      readonly statement: SequenceStatement;
      /** Results of the action before, which a rule-shaped one may read. */
      readonly given: readonly Atom[];
      /** The action with its options. */
      readonly atoms: readonly Atom[];
      readonly updates: readonly AppliedUpdate[];
      readonly results: readonly Atom[];
    };

/** The mini-language of sequences (Congress reference 3.6): statements one after the other, results handed on. */
export class Projection {
  readonly #policies: SimulatedPolicies;
  readonly #actionPolicy: ActionPolicy;
  readonly #home: string;
  readonly #newUuid: () => string;
  #results: readonly Atom[] = [];
  #updates = 0;

  constructor(parts: {
    readonly policies: SimulatedPolicies;
    readonly actionPolicy: ActionPolicy;
    /** The queried policy: where unqualified updates go. */
    readonly home: string;
    readonly newUuid: () => string;
  }) {
    this.#policies = parts.policies;
    this.#actionPolicy = parts.actionPolicy;
    this.#home = parts.home;
    this.#newUuid = parts.newUuid;
  }

  /** Throws SimulationRefused and what evaluation throws. */
  run(sequence: readonly SequenceStatement[]): readonly ProjectedStep[] {
    if (sequence.length > simulationStatementsMax) {
      throw new SimulationRefused(`Sequence has more than ${simulationStatementsMax} statements`);
    }
    return sequence.map((statement) => this.#step(statement));
  }

  #step(statement: SequenceStatement): ProjectedStep {
    const head = headOf(statement);
    if (this.#actionPolicy.actions.has(writtenTable(head))) return this.#act(statement);
    if (isUpdate(head)) return { kind: 'update', statement, updates: [this.#apply(statement)] };
    throw new SimulationRefused(`Sequence contained non-action, non-update: ${printStatement(statement)}`);
  }

  #act(statement: SequenceStatement): ProjectedStep {
    const given = this.#results;
    const atoms = statement.kind === 'fact' ? groundAction(statement.atom) : this.#boundHeads(statement);
    if (atoms === null) return { kind: 'skipped', statement, given };
    this.#actionPolicy.define(atoms);
    const updates = this.#actionPolicy.updates(this.#newUuid);
    this.#actionPolicy.add(updates);
    this.#results = this.#actionPolicy.results();
    const applied = updates.map((atom) => this.#apply({ kind: 'fact', atom }));
    return { kind: 'action', statement, given, atoms, updates: applied, results: this.#results };
  }

  /** Ground heads under one binding of the body; null when the body does not hold. */
  #boundHeads(rule: Rule): readonly Atom[] | null {
    if (rule.aggregates !== undefined)
      throw new SimulationRefused(`An action cannot aggregate: ${printStatement(rule)}`);
    this.#actionPolicy.define(this.#results);
    const binding = this.#actionPolicy.firstBinding(rule.body);
    return binding === null ? null : rule.heads.map(({ atom }) => bound(atom, binding)).filter(isGround);
  }

  #apply(formula: Formula): AppliedUpdate {
    this.#updates += 1;
    if (this.#updates > simulationUpdatesMax) {
      throw new SimulationRefused(`Sequence makes more than ${simulationUpdatesMax} updates`);
    }
    const update = updateOf(formula);
    const changed = this.#policies.apply(update, this.#home);
    if (changed) this.#actionPolicy.noteUpdate(update.policy ?? this.#home, headOf(update.formula).table);
    return { formula, changed };
  }
}

function groundAction(atom: Atom): readonly Atom[] {
  if (isGround(atom)) return [atom];
  const text = printStatement({ kind: 'fact', atom });
  throw new SimulationRefused(`Projection atomic updates must be ground: ${text}`);
}

function bound(atom: Atom, binding: ReadonlyMap<string, Value>): Atom {
  const args = atom.args.map((term): Term => {
    const value = term.kind === 'variable' ? binding.get(term.name) : undefined;
    return value === undefined ? term : { kind: 'constant', value };
  });
  return { ...atom, args };
}
