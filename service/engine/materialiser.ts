import type { Evaluator } from './evaluator.ts';
import { UnstratifiedNegation } from './problems.ts';
import { type Component, type RelationNode, View } from './program.ts';
import type { Recursion } from './recursion.ts';
import { Relation } from './relation.ts';
import { BuildSink } from './sinks.ts';

/** Computes views when they are needed and lets go of them. */
export class Materialiser {
  readonly #evaluator: Evaluator;
  readonly #recursion: Recursion;
  /** Nodes with a view now. */
  readonly materialised = new Set<RelationNode>();
  #tick = 0;

  constructor(evaluator: Evaluator, recursion: Recursion) {
    this.#evaluator = evaluator;
    this.#recursion = recursion;
  }

  /**
   * Makes `node.source` hold the relation: computes its view and the ones it depends on where they are missing.
   * Throws UnstratifiedNegation, UnsafeEvaluation and EngineLimitExceeded; the views that were complete stay.
   */
  ensure(node: RelationNode): void {
    if (!node.isAvailable) {
      for (const component of missingComponents(node)) this.#build(component);
    }
    if (node.view !== null) node.view.usedAt = ++this.#tick;
  }

  /** A view with the stored facts as content; for a relation that gets its first rule while others read it. */
  adoptFacts(node: RelationNode, recursive: boolean): void {
    const view = this.#newView(node, recursive);
    copyFacts(node, view.relation);
    node.view = view;
    this.materialised.add(node);
  }

  /** Drops a view and, since they can no longer be maintained, every view that depends on it. */
  release(node: RelationNode): void {
    const stack = [node];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (next.view === null) continue;
      next.view = null;
      this.materialised.delete(next);
      for (const { rule } of next.readers) if (rule.head.node.view !== null) stack.push(rule.head.node);
      for (const peer of next.component?.nodes ?? []) if (peer.view !== null) stack.push(peer);
    }
  }

  /**
   * Drops views until all together hold at most `rowsMax` rows: the least recently asked ones first, never `kept`
   * and what it depends on. A view that another one depends on goes only after that one.
   */
  trim(rowsMax: number, kept: RelationNode | null): void {
    let rows = 0;
    for (const { view } of this.materialised) rows += view!.relation.size;
    while (rows > rowsMax) {
      const victim = this.#leastRecent(kept);
      if (victim === null) return;
      const members = victim.component?.nodes ?? [victim];
      for (const member of members) rows -= member.view?.relation.size ?? 0;
      this.release(victim);
    }
  }

  #leastRecent(kept: RelationNode | null): RelationNode | null {
    let oldest: RelationNode | null = null;
    for (const node of this.materialised) {
      if (node === kept || (kept !== null && node.component === kept.component) || isNeeded(node)) continue;
      if (oldest === null || node.view!.usedAt < oldest.view!.usedAt) oldest = node;
    }
    return oldest;
  }

  #build(component: Component): void {
    if (component.negativeCycle !== null) throw new UnstratifiedNegation(component.negativeCycle);
    for (const node of component.nodes) {
      node.view = this.#newView(node, component.recursive);
      this.materialised.add(node);
    }
    try {
      if (component.recursive) this.#recursion.build(component);
      else this.#buildCounted(component.nodes[0]!);
    } catch (error) {
      for (const node of component.nodes) this.release(node);
      throw error;
    }
  }

  #buildCounted(node: RelationNode): void {
    const { relation } = node.view!;
    const sink = new BuildSink(relation, this.#evaluator.runtime.budget);
    copyFacts(node, relation);
    for (const rule of node.rules) this.#evaluator.all(rule, 1, sink);
  }

  #newView(node: RelationNode, recursive: boolean): View {
    const { interner } = this.#evaluator.runtime;
    const view = new View(new Relation(node.name.arity, () => interner.limit), recursive);
    view.usedAt = ++this.#tick;
    return view;
  }
}

/** Components without a view that a node depends on, itself included, in evaluation order. */
function missingComponents(root: RelationNode): readonly Component[] {
  const found = new Set<Component>();
  const stack = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const { component } = node;
    if (node.isAvailable || component === null || found.has(component)) continue;
    found.add(component);
    for (const member of component.nodes) {
      for (const rule of member.rules) {
        for (const literal of rule.body) if (literal.kind === 'relation') stack.push(literal.node);
      }
    }
  }
  return [...found].sort((a, b) => a.rank - b.rank);
}

function copyFacts({ facts }: RelationNode, into: Relation): void {
  for (let row = 1; row < facts.end; row++) {
    if (facts.support[row]! <= 0) continue;
    for (let i = 0; i < facts.columns.length; i++) into.probe[i] = facts.columns[i]![row]!;
    into.enliven(into.addProbe(), 1);
  }
}

/** A view outside of its own component is kept up to date from it. */
function isNeeded(node: RelationNode): boolean {
  const members = node.component?.nodes ?? [node];
  return members.some((member) =>
    member.readers.some(({ rule }) => {
      const reader = rule.head.node;
      return reader.view !== null && reader !== member && !members.includes(reader);
    }),
  );
}
