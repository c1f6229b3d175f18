import { EvaluationUnfinished } from './evaluation-unfinished.ts';
import type { Evaluator } from './evaluator.ts';
import { UnstratifiedNegation } from './problems.ts';
import { type Component, type RelationNode, type RuleForm, View } from './program.ts';
import type { Recursion } from './recursion.ts';
import { Relation } from './relation.ts';
import { BuildSink } from './sinks.ts';
import { type BuildSteps, ViewBuild } from './view-build.ts';
import { canBeVirtual, VirtualView } from './virtual-view.ts';

const buildsMax = 16;

/** Computes views when they are needed and lets go of them. */
export class Materialiser {
  readonly #evaluator: Evaluator;
  readonly #recursion: Recursion;
  /** Nodes with a view now. */
  readonly materialised = new Set<RelationNode>();
  /** Nodes with a virtual view now. */
  readonly virtual = new Set<RelationNode>();
  /** How long a build may go on before others have their turn; infinite while changes are applied. */
  sliceMs = Number.POSITIVE_INFINITY;
  /** Unfinished builds, in the order in which they were asked for last. */
  readonly #builds = new Map<Component, ViewBuild>();
  /** How often a build was abandoned, by the first relation. */
  readonly #restarts = new WeakMap<RelationNode, number>();
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
    if (!node.isAvailable) this.#make(missing([{ node, use: 'rows' }]));
    if (node.view !== null) node.view.usedAt = ++this.#tick;
  }

  /** Makes it possible to ask a relation about single tuples: stored where that is better. Throws like `ensure`. */
  ensureCheckable(node: RelationNode): void {
    if (!node.isAvailable && node.virtual === null) this.#make(missing([{ node, use: 'tuples' }]));
    if (node.view !== null) node.view.usedAt = ++this.#tick;
  }

  /** Makes everything available that the body of a rule reads. Throws like `ensure`. */
  ensureBody(rule: RuleForm): void {
    const uses = usesOf(rule);
    if (uses.some(isMissing)) this.#make(missing(uses));
    for (const { node } of uses) if (node.view !== null) node.view.usedAt = ++this.#tick;
  }

  /** A view with the stored facts as content; for a relation that gets its first rule while others read it. */
  adoptFacts(node: RelationNode, recursive: boolean): void {
    const view = this.#newView(node, recursive);
    copyFacts(node, view.relation);
    node.view = view;
    this.materialised.add(node);
    this.#evaluator.shape++;
  }

  /** The relation has no rules any more: it is its stored facts again. */
  forget(node: RelationNode): void {
    node.view = null;
    node.virtual = null;
    this.materialised.delete(node);
    this.virtual.delete(node);
    this.#evaluator.shape++;
  }

  /** Drops a view and, since they can no longer be maintained, every view that depends on it. */
  release(node: RelationNode): void {
    const stack = [node];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (!next.isHeld) continue;
      this.forget(next);
      for (const { rule } of next.readers) if (rule.head.node.isHeld) stack.push(rule.head.node);
      for (const peer of next.component?.nodes ?? []) if (peer.isHeld) stack.push(peer);
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

  #make(needs: readonly Need[]): void {
    for (const { component, use } of needs) {
      const node = component.nodes[0]!;
      if (use === 'tuples' && component.negativeCycle === null && canBeVirtual(node, this.#evaluator)) {
        node.virtual = new VirtualView(node, this.#evaluator);
        this.virtual.add(node);
        this.#evaluator.shape++;
      } else {
        this.#build(component);
      }
    }
  }

  #build(component: Component): void {
    if (component.negativeCycle !== null) throw new UnstratifiedNegation(component.negativeCycle);
    const build = this.#builds.get(component) ?? this.#newBuild(component);
    this.#builds.delete(component);
    const isComplete = build.advance(this.sliceMs);
    this.#evaluator.shape++;
    if (!isComplete) {
      this.#keep(component, build);
      const { policy, table } = component.nodes[0]!.name;
      throw new EvaluationUnfinished(`${policy}:${table}`);
    }
    for (const node of component.nodes) {
      node.demandCost = 0;
      node.virtual = null;
      this.virtual.delete(node);
      this.materialised.add(node);
    }
  }

  /** Forgets what is not complete; it starts anew when somebody asks. */
  abandonBuilds(): void {
    for (const [{ nodes }, { restarts }] of this.#builds) this.#restarts.set(nodes[0]!, restarts + 1);
    this.#builds.clear();
  }

  #newBuild(component: Component): ViewBuild {
    const { policy, table } = component.nodes[0]!.name;
    const restarts = this.#restarts.get(component.nodes[0]!) ?? 0;
    this.#restarts.delete(component.nodes[0]!);
    return new ViewBuild(
      { component, subject: `${policy}:${table}`, restarts },
      {
        budget: this.#evaluator.runtime.budget,
        newView: (node) => this.#newView(node, component.recursive),
        steps: () =>
          component.recursive ? this.#recursion.build(component) : this.#buildCounted(component.nodes[0]!),
      },
    );
  }

  /** Unfinished builds that nobody asks for any more give way to others. */
  #keep(component: Component, build: ViewBuild): void {
    this.#builds.set(component, build);
    for (const oldest of this.#builds.keys()) {
      if (this.#builds.size <= buildsMax) break;
      this.#builds.delete(oldest);
    }
  }

  *#buildCounted(node: RelationNode): BuildSteps {
    const { relation } = node.view!;
    const sink = new BuildSink(relation, this.#evaluator.runtime.budget);
    copyFacts(node, relation);
    for (const rule of node.rules) yield* this.#evaluator.allInSlices(rule, sink);
  }

  #newView(node: RelationNode, recursive: boolean): View {
    const { interner } = this.#evaluator.runtime;
    const view = new View(new Relation(node.name.arity, () => interner.limit), recursive);
    view.usedAt = ++this.#tick;
    return view;
  }
}

/** How a relation is read: all of it, or one tuple at a time. */
interface Use {
  readonly node: RelationNode;
  readonly use: 'rows' | 'tuples';
}

interface Need {
  readonly component: Component;
  readonly use: 'rows' | 'tuples';
}

/** A negated literal has all its columns bound; one that is there twice may need the row numbers of a view. */
function usesOf(rule: RuleForm): readonly Use[] {
  const literals = rule.body.filter((literal) => literal.kind === 'relation');
  return literals.map(({ node, negated }) => {
    const isRepeated = literals.filter((other) => other.node === node).length > 1;
    return { node, use: negated && !isRepeated ? 'tuples' : 'rows' };
  });
}

function isMissing({ node, use }: Use): boolean {
  return !node.isAvailable && (use === 'rows' || node.virtual === null);
}

/** What has to be made for these uses, in evaluation order. */
function missing(uses: readonly Use[]): readonly Need[] {
  const found = new Map<Component, Need>();
  const stack = [...uses];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { component } = next.node;
    if (component === null || !isMissing(next)) continue;
    const use = component.recursive ? 'rows' : next.use;
    const known = found.get(component);
    if (known !== undefined && (known.use === 'rows' || known.use === use)) continue;
    found.set(component, { component, use });
    for (const { rules } of component.nodes) for (const rule of rules) stack.push(...usesOf(rule));
  }
  return [...found.values()].sort((a, b) => a.component.rank - b.component.rank);
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
      return reader.isHeld && reader !== member && !members.includes(reader);
    }),
  );
}
