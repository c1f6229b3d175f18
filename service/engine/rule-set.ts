import { Problem } from '../base/problem.ts';
import type { BuiltinRegistry } from './builtins/registry.ts';
import type { EngineChange } from './engine-change.ts';
import type { Evaluator } from './evaluator.ts';
import type { Interner } from './interner.ts';
import { type LoweredRule, lowerRule } from './lowering.ts';
import type { Materialiser } from './materialiser.ts';
import type { NodeRegistry } from './node-registry.ts';
import type { RelationNode, RuleForm } from './program.ts';
import type { Propagator } from './propagator.ts';
import { ruleForm } from './rule-form.ts';
import { stratify } from './strata.ts';

/** The parts of the engine that rules touch. */
export interface RuleSetParts {
  readonly interner: Interner;
  readonly builtins: BuiltinRegistry;
  readonly nodes: NodeRegistry;
  readonly evaluator: Evaluator;
  readonly materialiser: Materialiser;
  readonly propagator: Propagator;
}

/** Estimated rows looked at, beyond which a rule is not evaluated while others wait: its view is computed when asked. */
const costMax = 2_000_000;

/** Adds and removes rules at run time. Only the views that the rule's head reaches do any work. */
export class RuleSet {
  readonly #parts: RuleSetParts;
  /** By key of {@link LoweredRule}. */
  readonly #rules = new Map<string, RuleForm>();
  /** Keys of the rules that each rule was lowered to, by its id; and how many ids need each. */
  readonly #lowered = new Map<string, readonly string[]>();
  readonly #uses = new Map<string, number>();
  #isStratified = true;
  #hasVolatile = false;
  /** Relations that lost their last rule in this batch. */
  readonly #ruleless = new Set<RelationNode>();

  constructor(parts: RuleSetParts) {
    this.#parts = parts;
  }

  /** Replaces a rule of the same id. */
  insert(change: EngineChange & { readonly kind: 'insert-rule' }): void {
    const { ruleId } = change;
    if (this.#lowered.has(ruleId)) this.delete(ruleId);
    const lowered = lowerRule(change);
    this.#lowered.set(
      ruleId,
      lowered.map(({ key }) => key),
    );
    for (const part of lowered) {
      const uses = this.#uses.get(part.key) ?? 0;
      this.#uses.set(part.key, uses + 1);
      if (uses === 0) this.#insert(part);
    }
  }

  delete(ruleId: string): void {
    const keys = this.#lowered.get(ruleId) ?? [];
    this.#lowered.delete(ruleId);
    for (const key of [...keys].reverse()) {
      const uses = this.#uses.get(key)! - 1;
      if (uses > 0) {
        this.#uses.set(key, uses);
        continue;
      }
      this.#uses.delete(key);
      this.#delete(key);
    }
  }

  #insert({ key, policy, ruleId, rule, aggregation }: LoweredRule): void {
    const { interner, builtins, nodes, evaluator } = this.#parts;
    evaluator.shape++;
    const form: RuleForm = {
      ...ruleForm(rule, {
        policy,
        ruleId,
        builtins,
        intern: (value) => interner.intern(value),
        nodeOf: (name) => nodes.get(name),
      }),
      ...(aggregation === undefined ? {} : { aggregation }),
    };
    const head = form.head.node;
    const wasFactsOnly = head.rules.length === 0 && !head.isHeld;
    const isRead = head.readers.some((reader) => reader.rule.head.node.isHeld);
    if (head.virtual !== null) this.#changeVirtual(head, form);
    this.#rules.set(key, form);
    head.rules.push(form);
    form.body.forEach((literal, at) => {
      if (literal.kind !== 'relation') return;
      const isRepeated = form.body.some(
        (other, place) => place !== at && other.kind === 'relation' && other.node === literal.node,
      );
      literal.node.readers.push({ rule: form, literal: at, isRepeated });
    });
    this.#isStratified = false;
    if (wasFactsOnly && isRead) this.#becomeDerived(head);
    if (head.view !== null) this.#derive(form, 1);
  }

  #delete(key: string): void {
    const form = this.#rules.get(key);
    if (form === undefined) return;
    const { nodes, evaluator } = this.#parts;
    evaluator.shape++;
    const head = form.head.node;
    if (head.virtual !== null) this.#changeVirtual(head, form);
    if (head.view !== null) this.#derive(form, -1);
    this.#rules.delete(key);
    head.rules.splice(head.rules.indexOf(form), 1);
    for (const literal of form.body) {
      if (literal.kind !== 'relation') continue;
      const { node } = literal;
      const at = node.readers.findIndex(({ rule }) => rule === form);
      if (at >= 0) node.readers.splice(at, 1);
      nodes.prune(node);
    }
    if (head.rules.length === 0) this.#ruleless.add(head);
    nodes.prune(head);
    this.#isStratified = false;
  }

  /**
   * Recomputes components and evaluation order when rules changed. Views that were maintained by the other
   * method (counted, recursive) than they now need are dropped.
   */
  stratify(): void {
    if (this.#isStratified) return;
    this.#isStratified = true;
    stratify(this.#parts.nodes.all());
    const { materialiser } = this.#parts;
    materialiser.abandonBuilds();
    this.#hasVolatile = [...this.#parts.nodes.all()].some(({ component }) => component?.volatile === true);
    for (const node of [...materialiser.materialised]) {
      if (node.view === null) continue;
      const { component } = node;
      const fits =
        component === null
          ? !node.view.recursive
          : component.recursive === node.view.recursive &&
            component.negativeCycle === null &&
            component.nodes.every(({ view }) => view !== null);
      if (!fits) materialiser.release(node);
    }
    for (const node of [...materialiser.virtual]) {
      const { component } = node;
      if (component === null) continue;
      if (component.recursive || component.volatile || component.negativeCycle !== null)
        materialiser.release(node);
    }
  }

  /** Relations that lost their last rule are their stored facts again. */
  releaseRuleless(): void {
    const { materialiser, nodes } = this.#parts;
    for (const node of this.#ruleless) {
      if (node.rules.length > 0) continue;
      materialiser.forget(node);
      nodes.prune(node);
    }
    this.#ruleless.clear();
    this.releaseVolatile();
  }

  /** Views that may change by themselves are computed anew every time. */
  releaseVolatile(): void {
    if (!this.#hasVolatile) return;
    const { materialiser } = this.#parts;
    for (const node of [...materialiser.materialised])
      if (node.component?.volatile === true) materialiser.release(node);
  }

  /** Views read the facts of `head` until now; they go on with a view of the same content. */
  #becomeDerived(head: RelationNode): void {
    const { materialiser } = this.#parts;
    this.stratify();
    if (!head.component!.recursive) {
      materialiser.adoptFacts(head, false);
      return;
    }
    for (const { rule } of [...head.readers]) materialiser.release(rule.head.node);
  }

  /** A rule of a virtual view comes or goes: every tuple that it derives may change. */
  #changeVirtual(head: RelationNode, form: RuleForm): void {
    const { evaluator, materialiser, propagator } = this.#parts;
    this.stratify();
    if (head.virtual === null) return;
    try {
      if (form.never) return;
      materialiser.ensureBody(form);
      if (head.virtual === null) return;
      if (evaluator.checkCost(form) === Number.POSITIVE_INFINITY) materialiser.release(head);
      else propagator.touch(head, (sink) => evaluator.all(form, 1, sink));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      materialiser.release(head);
    }
  }

  /** Counts the derivations of a rule into its head, or out of it. */
  #derive(form: RuleForm, sign: number): void {
    const { evaluator, materialiser, propagator } = this.#parts;
    const head: RelationNode = form.head.node;
    this.stratify();
    if (head.view === null) return;
    try {
      materialiser.ensureBody(form);
      if (head.view === null) return;
      if (evaluator.cost(form) > costMax) {
        materialiser.release(head);
        return;
      }
      evaluator.all(form, sign, propagator.sinkOf(head.view));
      propagator.schedule(head);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      materialiser.release(head);
    }
  }
}
