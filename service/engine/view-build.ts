import type { Budget, BudgetUse } from './budget.ts';
import type { Component, RelationNode, View } from './program.ts';
import type { Relation } from './relation.ts';

/** Computes the views of a component; yields when its slice of time is over. */
export type BuildSteps = Generator<void, void>;

export interface ViewBuildParts {
  readonly budget: Budget;
  /** Empty views for the nodes of the component, in their order. */
  readonly newView: (node: RelationNode) => View;
  /** Fills the views, which are those of the nodes while it runs. */
  readonly steps: (component: Component) => BuildSteps;
}

export interface BuildStart {
  readonly component: Component;
  /** Names it when a limit is reached. */
  readonly subject: string;
  /** How often it had to start anew before. */
  readonly restarts: number;
}

/**
 * Views of one component on their way, possibly in slices with other work in between. Between slices nobody sees
 * them. What they are computed from may change in between; then everything starts anew, and after a few times it
 * is done in one go, so that an end is certain.
 */
export class ViewBuild {
  readonly component: Component;
  readonly #parts: ViewBuildParts;
  #views: readonly View[] = [];
  #steps: BuildSteps | null = null;
  #inputs: readonly Input[] = [];
  #use: BudgetUse;
  #restarts: number;

  constructor(start: BuildStart, parts: ViewBuildParts) {
    this.component = start.component;
    this.#parts = parts;
    this.#use = { subject: start.subject, steps: 0, usedMs: 0 };
    this.#restarts = start.restarts;
  }

  /** How often it had to start anew. */
  get restarts(): number {
    return this.#restarts;
  }

  /**
   * Works for `sliceMs`. True when the views are complete; they are those of the nodes then. Throws what an
   * evaluation throws, and then none is.
   */
  advance(sliceMs: number): boolean {
    if (this.#steps !== null && !this.#inputs.every(isUnchanged)) {
      this.#steps = null;
      this.#restarts++;
    }
    if (this.#steps === null) this.#start();
    const { nodes } = this.component;
    const { budget } = this.#parts;
    nodes.forEach((node, at) => {
      node.view = this.#views[at]!;
    });
    let isComplete = false;
    try {
      if (sliceMs < Number.POSITIVE_INFINITY)
        budget.resume(this.#use, this.#restarts < restartsMax ? sliceMs : Number.POSITIVE_INFINITY);
      isComplete = this.#steps!.next().done === true;
    } finally {
      if (sliceMs < Number.POSITIVE_INFINITY) this.#use = budget.pause();
      if (!isComplete) for (const node of nodes) node.view = null;
    }
    return isComplete;
  }

  #start(): void {
    this.#views = this.component.nodes.map((node) => this.#parts.newView(node));
    this.#inputs = inputsOf(this.component);
    this.#steps = this.#parts.steps(this.component);
  }
}

const restartsMax = 3;

/** What a component reads, as it was. */
interface Input {
  readonly node: RelationNode;
  /** The source of the node; of the component's own nodes and of virtual ones their facts. */
  readonly relation: Relation;
  readonly version: number;
}

function isUnchanged({ node, relation, version }: Input): boolean {
  if (relation.version !== version) return false;
  return relation === node.facts || node.source === relation;
}

/** Relations outside of the component that its rules read, and those behind virtual ones. */
function inputsOf({ nodes }: Component): readonly Input[] {
  const found = new Set<RelationNode>();
  const stack = [...nodes];
  const inputs: Input[] = [];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    inputs.push({ node, relation: node.facts, version: node.facts.version });
    for (const { body } of node.rules) {
      for (const literal of body) {
        if (literal.kind !== 'relation' || nodes.includes(literal.node) || found.has(literal.node)) continue;
        found.add(literal.node);
        if (literal.node.virtual !== null) stack.push(literal.node);
        else {
          const relation = literal.node.source;
          inputs.push({ node: literal.node, relation, version: relation.version });
        }
      }
    }
  }
  return inputs;
}
