import type { Interner } from './interner.ts';
import type { RelationNode } from './program.ts';

/** Sizes of an engine at one moment, for metrics. */
export interface EngineStatistics {
  /** Distinct values held, including some that nothing uses until the next sweep. */
  readonly values: number;
  readonly relations: number;
  readonly rules: number;
  readonly storedRows: number;
  readonly views: number;
  readonly viewRows: number;
  /** Columns, indexes and identity sets; without the values themselves. */
  readonly bytes: number;
}

export function statisticsOf(nodes: Iterable<RelationNode>, interner: Interner): EngineStatistics {
  const total = {
    values: interner.size,
    relations: 0,
    rules: 0,
    storedRows: 0,
    views: 0,
    viewRows: 0,
    bytes: 0,
  };
  for (const node of nodes) {
    total.relations++;
    total.rules += node.rules.length;
    total.storedRows += node.facts.size;
    total.bytes += node.facts.bytes();
    if (node.view === null) continue;
    total.views++;
    total.viewRows += node.view.relation.size;
    total.bytes += node.view.relation.bytes();
  }
  return total;
}

/** Forgets values that no row and no rule holds. No evaluation may be running and nothing may be pending. */
export function sweepValues(nodes: Iterable<RelationNode>, interner: Interner): void {
  const live = new Uint8Array(interner.limit);
  for (const node of nodes) {
    node.facts.markValues(live);
    node.view?.relation.markValues(live);
    for (const { constants } of node.rules) for (const id of constants) live[id] = 1;
  }
  interner.sweep(live);
}
