import { publicTable } from './lowering.ts';
import type { Component, RelationNode, RuleForm } from './program.ts';

/**
 * Sorts the derived relations into components and evaluation order (Tarjan 1972, iterative: rule chains may be
 * long). Costs O(rules), so the caller runs it once per batch that changed rules.
 */
export function stratify(nodes: Iterable<RelationNode>): void {
  const search = new ComponentSearch();
  for (const node of nodes) {
    if (node.rules.length > 0) search.visit(node);
    else node.component = null;
  }
}

interface Visit {
  readonly node: RelationNode;
  readonly reads: readonly RelationNode[];
  next: number;
}

class ComponentSearch {
  readonly #order = new Map<RelationNode, number>();
  readonly #low = new Map<RelationNode, number>();
  readonly #open: RelationNode[] = [];
  readonly #isOpen = new Set<RelationNode>();
  #rank = 0;

  visit(root: RelationNode): void {
    if (this.#order.has(root)) return;
    const path: Visit[] = [this.#enter(root)];
    while (path.length > 0) {
      const visit = path[path.length - 1]!;
      const child = visit.reads[visit.next++];
      if (child !== undefined) {
        if (!this.#order.has(child)) path.push(this.#enter(child));
        else if (this.#isOpen.has(child)) this.#lower(visit.node, this.#order.get(child)!);
        continue;
      }
      path.pop();
      const low = this.#low.get(visit.node)!;
      if (low === this.#order.get(visit.node)) this.#close(visit.node);
      const parent = path[path.length - 1];
      if (parent !== undefined) this.#lower(parent.node, low);
    }
  }

  #enter(node: RelationNode): Visit {
    const order = this.#order.size;
    this.#order.set(node, order);
    this.#low.set(node, order);
    this.#open.push(node);
    this.#isOpen.add(node);
    const reads = node.rules.flatMap((rule) => relationsRead(rule)).filter(({ rules }) => rules.length > 0);
    return { node, reads, next: 0 };
  }

  #lower(node: RelationNode, order: number): void {
    if (order < this.#low.get(node)!) this.#low.set(node, order);
  }

  #close(root: RelationNode): void {
    const nodes = this.#open.splice(this.#open.lastIndexOf(root));
    for (const node of nodes) this.#isOpen.delete(node);
    const component = describe(nodes, ++this.#rank);
    for (const node of nodes) node.component = component;
  }
}

function describe(nodes: readonly RelationNode[], rank: number): Component {
  const members = new Set(nodes);
  const rules = nodes.flatMap((node) => node.rules);
  const inner = rules.flatMap((rule) =>
    rule.body.flatMap((literal) =>
      literal.kind === 'relation' && members.has(literal.node) ? [{ rule, literal }] : [],
    ),
  );
  const negative = inner.find(({ rule, literal }) => literal.negated || rule.aggregation !== undefined);
  return {
    nodes,
    recursive: inner.length > 0,
    rank,
    negativeCycle:
      negative === undefined ? null : [negative.rule.head.node, negative.literal.node].map(display),
    volatile: rules.some(isVolatile),
  };
}

/** Components are closed after everything they read, so lower volatile components are known. */
function isVolatile(rule: RuleForm): boolean {
  return rule.body.some((literal) =>
    literal.kind === 'builtin'
      ? literal.builtin.volatile === true
      : literal.node.component?.volatile === true && literal.node.rules.length > 0,
  );
}

function relationsRead(rule: RuleForm): readonly RelationNode[] {
  return rule.body.flatMap((literal) => (literal.kind === 'relation' ? [literal.node] : []));
}

function display(node: RelationNode): string {
  return `${node.name.policy}:${publicTable(node.name.table)}`;
}
