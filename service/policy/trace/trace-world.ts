import type { Atom, Rule } from '../../datalog/tree.ts';
import type { Value } from '../../datalog/value.ts';
import type { Overlay } from '../../engine/overlay/overlay.ts';
import { sameFacts } from '../../engine/overlay/same-facts.ts';
import type { Catalog } from '../catalog.ts';
import type { SimulatedPolicies } from '../simulation/simulated-policies.ts';
import { prefixOf } from './trace-log.ts';

/** A policy or data source as the top-down search sees it. */
export interface TracedPolicy {
  readonly name: string;
  /** How its lines start; null for one whose lines are not shown. */
  readonly prefix: string | null;
  /** Rules with a head of this table, whatever qualifier, modal and number of columns, in order of creation. */
  rules(table: string): readonly Rule[];
  /** Calls `visit` with the stored rows that agree with the constants of an atom, until it returns true. */
  visitFacts(atom: Atom, visit: (values: readonly Value[]) => boolean): boolean;
  /** Policies that are read as if their statements stood here. */
  readonly includes: TracedPolicy[];
}

/** All policies, with the changes of a simulation. */
export class TraceWorld {
  readonly #catalog: Catalog;
  readonly #overlay: Overlay;
  readonly #policies: SimulatedPolicies;
  readonly #known = new Map<string, TracedPolicy>();

  constructor(parts: {
    readonly catalog: Catalog;
    readonly overlay: Overlay;
    readonly policies: SimulatedPolicies;
  }) {
    this.#catalog = parts.catalog;
    this.#overlay = parts.overlay;
    this.#policies = parts.policies;
  }

  get overlay(): Overlay {
    return this.#overlay;
  }

  /** Undefined when nobody has that name. */
  policy(name: string): TracedPolicy | undefined {
    const known = this.#known.get(name);
    if (known !== undefined || !this.#policies.isKnown(name)) return known;
    // Data sources have the first letters of their name for an abbreviation (reference 3.2).
    const abbreviation = this.#catalog.policyByName(name)?.abbreviation ?? name.slice(0, 5);
    const policy: TracedPolicy = {
      name,
      prefix: prefixOf(abbreviation),
      rules: (table) => this.#policies.rules(name, table),
      visitFacts: (atom, visit) => this.#visitFacts(name, atom, visit),
      includes: [],
    };
    this.#known.set(name, policy);
    return policy;
  }

  #visitFacts(policy: string, atom: Atom, visit: (values: readonly Value[]) => boolean): boolean {
    const pattern = atom.args.map((term) => (term.kind === 'constant' ? term.value : null));
    const name = { policy, table: atom.table, arity: pattern.length, modal: null };
    // Congress also looks at facts whose numbers are equal but of the other type; they then do not unify.
    for (const same of sameFacts(pattern)) if (this.#overlay.visitFacts(name, same, visit)) return true;
    return false;
  }
}
