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
   * there is none. It starts at a head that was asked for, where it passes through one. A cycle is allowed when all its tables belong to policies that may recur and no negation
   * lies between tables that depend on each other.
   */
  findCycle({ added, mayRecur = () => false }: CycleQuestion = {}): readonly string[] | undefined {
    const overlay = new Map<string, Map<string, EdgeCount>>();
    for (const dependency of added ?? []) count(overlay, dependency, 1);
    const next: Neighbours = (table) => edgesFrom([this.#edges.get(table), overlay.get(table)]);
    const starts = added === undefined ? this.#edges.keys() : new Set(added.map(({ body }) => body));
    for (const component of cyclicComponents(starts, next)) {
      const cycle = forbiddenCycle(component, next, mayRecur);
      if (cycle !== undefined) return startingAt(new Set(added?.map(({ head }) => head)), cycle);
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
  const found: Dependency[] = [];
  for (const { atom: headAtom } of rule.heads) {
    const qualifier = headAtom.policy === null ? '' : `${headAtom.policy}:`;
    const head = `${policy}:${qualifier}${headAtom.table}`;
    for (const { atom, negated: isNegated } of rule.body) {
      // An aggregate needs the whole of what it is over, as a negation does.
      const negated = isNegated || rule.aggregates !== undefined;
      const body = `${atom.policy ?? policy}:${atom.table}`;
      if (!found.some((other) => other.body === body && other.head === head && other.negated === negated))
        found.push({ head, body, negated });
    }
  }
  return found;
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

function edgesFrom(sources: readonly (ReadonlyMap<string, EdgeCount> | undefined)[]): readonly Edge[] {
  const edges: Edge[] = [];
  for (const source of sources)
    for (const [to, { negative }] of source ?? []) edges.push({ to, isNegative: negative > 0 });
  return edges;
}

interface Visit {
  readonly table: string;
  readonly order: number;
  readonly edges: readonly Edge[];
  /** Next edge to look at. */
  at: number;
  /** Lowest order of an open table that is reached from here. */
  lowest: number;
  isOpen: boolean;
}

/**
 * Strongly connected components with a cycle, as far as they are reachable from `starts` (Tarjan 1972), without
 * recursion so that a long chain of rules cannot exhaust the stack.
 */
function* cyclicComponents(starts: Iterable<string>, next: Neighbours): Generator<ReadonlySet<string>> {
  const visits = new Map<string, Visit>();
  const open: Visit[] = [];
  const path: Visit[] = [];
  const enter = (table: string) => {
    const order = visits.size;
    const visit = { table, order, edges: next(table), at: 0, lowest: order, isOpen: true };
    visits.set(table, visit);
    open.push(visit);
    path.push(visit);
  };
  for (const start of starts) {
    if (!visits.has(start)) enter(start);
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const edge = visit.edges[visit.at];
      visit.at += 1;
      if (edge !== undefined) {
        const seen = visits.get(edge.to);
        if (seen === undefined) enter(edge.to);
        else if (seen.isOpen) visit.lowest = Math.min(visit.lowest, seen.order);
        continue;
      }
      path.pop();
      const caller = path.at(-1);
      if (caller !== undefined) caller.lowest = Math.min(caller.lowest, visit.lowest);
      if (visit.lowest !== visit.order) continue;
      const members = open.splice(open.lastIndexOf(visit));
      for (const member of members) member.isOpen = false;
      if (members.length > 1 || visit.edges.some(({ to }) => to === visit.table))
        yield new Set(members.map(({ table }) => table));
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

/** The same cycle, from the first of these tables that is on it. */
function startingAt(heads: ReadonlySet<string>, cycle: readonly string[]): readonly string[] {
  const at = cycle.findIndex((table) => heads.has(table));
  return at <= 0 ? cycle : [...cycle.slice(at, -1), ...cycle.slice(0, at + 1)];
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
