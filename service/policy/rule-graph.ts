import { assert } from '../base/assert.ts';
import type { Atom, Formula } from '../datalog/tree.ts';
import { isBuiltin } from './pending-builtins.ts';

/**
 * The dependency graph over all policies (Congress reference 2.8): a node per table, `policy:table`, an edge
 * from the head of a rule to each table of its body. Facts and builtins contribute nothing; a modal head
 * shares the node of the plain table, a qualified one is a node of its own below the rule's policy.
 *
 * Invariant: the graph has no cycle. So a cycle that new rules would close runs through one of their edges
 * head -> body, and is found by searching from their body tables only; the rest is never looked at.
 */
export class RuleGraph {
  readonly #edges = new Map<string, Map<string, number>>();

  add(policyName: string, formula: Formula): void {
    for (const [head, body] of edgesOf(policyName, formula)) addEdge(this.#edges, head, body);
  }

  /** The inverse of `add`. */
  remove(policyName: string, formula: Formula): void {
    for (const [head, body] of edgesOf(policyName, formula)) {
      const targets = this.#edges.get(head);
      const count = targets?.get(body);
      assert(targets !== undefined && count !== undefined, 'the edges of a removed rule are in the graph');
      if (count > 1) targets.set(body, count - 1);
      else targets.delete(body);
      if (targets.size === 0) this.#edges.delete(head);
    }
  }

  /** A cycle that these rules, added together, would close: its tables, first = last; null when there is none. */
  cycleWith(policyName: string, formulas: readonly Formula[]): readonly string[] | null {
    const added = new Map<string, Map<string, number>>();
    const starts = new Set<string>();
    for (const formula of formulas) {
      for (const [head, body] of edgesOf(policyName, formula)) {
        addEdge(added, head, body);
        starts.add(body);
      }
    }
    const finished = new Set<string>();
    for (const start of starts) {
      const cycle = this.#search(start, added, finished);
      if (cycle !== null) return cycle;
    }
    return null;
  }

  /** Depth first without recursion, because chains of rules may be long. */
  #search(
    start: string,
    added: ReadonlyMap<string, ReadonlyMap<string, number>>,
    finished: Set<string>,
  ): readonly string[] | null {
    if (finished.has(start)) return null;
    const targetsOf = (node: string) => [
      ...(this.#edges.get(node)?.keys() ?? []),
      ...(added.get(node)?.keys() ?? []),
    ];
    const path = [{ node: start, targets: targetsOf(start), next: 0 }];
    const onPath = new Set([start]);
    for (let frame = path.at(-1); frame !== undefined; frame = path.at(-1)) {
      const target = frame.targets[frame.next];
      frame.next += 1;
      if (target === undefined) {
        path.pop();
        onPath.delete(frame.node);
        finished.add(frame.node);
      } else if (onPath.has(target)) {
        const nodes = path.map(({ node }) => node);
        return [...nodes.slice(nodes.indexOf(target)), target];
      } else if (!finished.has(target)) {
        path.push({ node: target, targets: targetsOf(target), next: 0 });
        onPath.add(target);
      }
    }
    return null;
  }
}

function addEdge(edges: Map<string, Map<string, number>>, from: string, to: string): void {
  let targets = edges.get(from);
  if (targets === undefined) {
    targets = new Map();
    edges.set(from, targets);
  }
  targets.set(to, (targets.get(to) ?? 0) + 1);
}

function edgesOf(policyName: string, formula: Formula): readonly (readonly [string, string])[] {
  if (formula.kind === 'fact') return [];
  const bodies = formula.body
    .filter(({ atom }) => !isBuiltin(atom.table, atom.args.length))
    .map(({ atom }) => `${atom.policy ?? policyName}:${atom.table}`);
  return formula.heads.flatMap(({ atom }) => {
    const head = headNode(policyName, atom);
    return bodies.map((body) => [head, body] as const);
  });
}

function headNode(policyName: string, { policy, table }: Atom): string {
  return policy === null ? `${policyName}:${table}` : `${policyName}:${policy}:${table}`;
}
