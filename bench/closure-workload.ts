import { RandomSource, type Row, type Workload, workload } from './generator.ts';

/** Workload a: a random directed graph without loops. */
export function randomGraph(nodes: number, edges: number): Workload {
  const random = new RandomSource(42);
  const seen = new Set<number>();
  const edge: Row[] = [];
  while (seen.size < edges) {
    const from = random.below(nodes);
    const to = random.below(nodes);
    const key = from * nodes + to;
    if (from === to || seen.has(key)) continue;
    seen.add(key);
    edge.push([from, to]);
  }
  return workload({ edge });
}

/** Workload a: one path through all nodes. */
export function chainGraph(nodes: number): Workload {
  return workload({ edge: Array.from({ length: nodes - 1 }, (_, at) => [at, at + 1]) });
}
