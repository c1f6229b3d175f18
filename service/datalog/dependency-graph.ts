import type { Formula, Rule } from './tree.ts';

/** The table `head` is defined with the help of the table `body`; both are written `policy:table`. */
export interface Dependency {
  readonly head: string;
  readonly body: string;
  readonly negated: boolean;
}

export interface CycleQuestion {
  /** Looked at as if they were in the graph; only cycles through one of these heads are searched. Absent: all. */
  readonly added?: readonly Dependency[];
  /** Whether recursion is allowed among tables of this policy. Absent: nowhere. */
  readonly mayRecur?: (policy: string) => boolean;
}

/**
 * Which table depends on which, over all policies (reference 2.8), counted per statement so that adding and
 * removing are inverses. Facts do not contribute. `findCycle` costs time in proportion to what the added heads
 * depend on.
 */
export class DependencyGraph {
  readonly #edges = new Map<string, Map<string, EdgeCount>>();

  /** Counts the dependencies of a statement of `policy`. */
  add(policy: string, formula: Formula): void {
    for (const dependency of dependenciesOf(policy, formula)) count(this.#edges, dependency, 1);
  }

  /** The inverse of `add`; the statement must have been added. */
  remove(policy: string, formula: Formula): void {
    for (const dependency of dependenciesOf(policy, formula)) count(this.#edges, dependency, -1);
  }

  /**
   * A cycle that is not allowed, as tables in order of dependence, the first again at the end; undefined when
   * there is none. A cycle is allowed when all its tables belong to policies that may recur and no negation
   * lies between tables that depend on each other.
   */
  findCycle({ added, mayRecur = () => false }: CycleQuestion = {}): readonly string[] | undefined {
    const overlay = new Map<string, Map<string, EdgeCount>>();
    for (const dependency of added ?? []) count(overlay, dependency, 1);
    const next: Neighbours = (table) => [...edgesFrom(this.#edges, table), ...edgesFrom(overlay, table)];
    const starts = added === undefined ? this.#edges.keys() : overlay.keys();
    for (const component of components(starts, next)) {
      const cycle = forbiddenCycle(component, next, mayRecur);
      if (cycle !== undefined) return cycle;
    }
    return undefined;
  }
}

/**
 * The dependencies of a statement of `policy`, each once. A qualified head keeps its qualifier behind the
 * policy (`policy:service:table`), so an action table is no data source table.
 */
export function dependenciesOf(policy: string, formula: Formula): readonly Dependency[] {
  return formula.kind === 'fact' ? [] : ruleDependencies(policy, formula);
}

interface EdgeCount {
  positive: number;
  negative: number;
}
interface Edge {
  readonly to: string;
  readonly isNegative: boolean;
}
type Neighbours = (table: string) => readonly Edge[];

function ruleDependencies(policy: string, rule: Rule): readonly Dependency[] {
  const found = new Map<string, Dependency>();
  for (const { atom: headAtom } of rule.heads) {
    const qualifier = headAtom.policy === null ? '' : `${headAtom.policy}:`;
    const head = `${policy}:${qualifier}${headAtom.table}`;
    for (const { atom, negated } of rule.body) {
      const body = `${atom.policy ?? policy}:${atom.table}`;
      found.set(JSON.stringify([head, body, negated]), { head, body, negated });
    }
  }
  return [...found.values()];
}

function count(edges: Map<string, Map<string, EdgeCount>>, dependency: Dependency, by: 1 | -1): void {
  const { head, body, negated } = dependency;
  const bodies = edges.get(head) ?? new Map<string, EdgeCount>();
  const edge = bodies.get(body) ?? { positive: 0, negative: 0 };
  if (negated) edge.negative += by;
  else edge.positive += by;
  if (edge.positive === 0 && edge.negative === 0) bodies.delete(body);
  else bodies.set(body, edge);
  if (bodies.size === 0) edges.delete(head);
  else edges.set(head, bodies);
}

function edgesFrom(edges: Map<string, Map<string, EdgeCount>>, table: string): Edge[] {
  return [...(edges.get(table) ?? [])].map(([to, { negative }]) => ({ to, isNegative: negative > 0 }));
}

/**
 * Strongly connected components reachable from `starts` (Tarjan 1972), without recursion so that a long chain
 * of rules cannot exhaust the stack.
 */
function* components(starts: Iterable<string>, next: Neighbours): Generator<ReadonlySet<string>> {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const path: { table: string; edges: readonly Edge[]; at: number }[] = [];
  const enter = (table: string) => {
    order.set(table, order.size);
    lowest.set(table, order.size - 1);
    open.push(table);
    isOpen.add(table);
    path.push({ table, edges: next(table), at: 0 });
  };
  const lower = (table: string, to: number) => lowest.set(table, Math.min(lowest.get(table) ?? to, to));
  for (const start of starts) {
    if (!order.has(start)) enter(start);
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const edge = step.edges[step.at];
      step.at += 1;
      if (edge !== undefined) {
        if (!order.has(edge.to)) enter(edge.to);
        else if (isOpen.has(edge.to)) lower(step.table, order.get(edge.to) ?? 0);
        continue;
      }
      path.pop();
      const low = lowest.get(step.table) ?? 0;
      const caller = path.at(-1);
      if (caller !== undefined) lower(caller.table, low);
      if (low !== order.get(step.table)) continue;
      const component = new Set(open.splice(open.lastIndexOf(step.table)));
      for (const table of component) isOpen.delete(table);
      yield component;
    }
  }
}

function forbiddenCycle(
  component: ReadonlySet<string>,
  next: Neighbours,
  mayRecur: (policy: string) => boolean,
): readonly string[] | undefined {
  for (const table of component) {
    const isAllowed = mayRecur(table.slice(0, table.indexOf(':')));
    for (const { to, isNegative } of next(table)) {
      if (!component.has(to) || (isAllowed && !isNegative)) continue;
      return [
        table,
        ...pathBetween(to, table, (from) => next(from).filter((edge) => component.has(edge.to))),
      ];
    }
  }
  return undefined;
}

/** A shortest path, both ends included. There is one: both lie in one component. */
function pathBetween(from: string, to: string, next: Neighbours): readonly string[] {
  const cameFrom = new Map<string, string | null>([[from, null]]);
  for (const table of cameFrom.keys()) {
    if (table === to) break;
    for (const edge of next(table)) if (!cameFrom.has(edge.to)) cameFrom.set(edge.to, table);
  }
  const path: string[] = [];
  for (let table: string | null | undefined = to; table != null; table = cameFrom.get(table))
    path.unshift(table);
  return path;
}
