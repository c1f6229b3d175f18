import type { Evaluator } from './evaluator.ts';
import type { Materialiser } from './materialiser.ts';
import type { RelationNode } from './program.ts';
import { Relation } from './relation.ts';
import { BuildSink } from './sinks.ts';

/** What questions about a view may cost together, as a part of the rows its rules read, before it is stored. */
const rowsPerUnit = 1;
const costMin = 10_000;

/** Columns of a relation (ascending) and the ids that they are to have. */
export interface Binding {
  readonly columns: readonly number[];
  readonly key: readonly number[];
}

export interface BoundQueryParts {
  readonly evaluator: Evaluator;
  readonly materialiser: Materialiser;
}

/**
 * The rows of a derived relation that have these ids, found from the top with the columns bound, without storing the
 * view: null when that is not possible or no longer worth it. Who asks often pays the price of the view once (what
 * the questions cost is added up), so the sum is at most about twice the better of both ways.
 */
export function boundRows(node: RelationNode, binding: Binding, parts: BoundQueryParts): Relation | null {
  const { component } = node;
  if (node.isAvailable || binding.columns.length === 0 || component === null) return null;
  if (component.recursive || component.volatile || component.negativeCycle !== null) return null;
  if (node.rules.some(({ aggregation }) => aggregation !== undefined)) return null;
  if (node.demandCost > Math.max(costMin, rowsRead(node) * rowsPerUnit)) return null;
  const { evaluator, materialiser } = parts;
  const { budget, interner } = evaluator.runtime;
  for (const rule of node.rules) materialiser.ensureBody(rule);
  const answers = new Relation(node.name.arity, () => interner.limit);
  const sink = new BuildSink(answers, budget);
  const before = budget.spent;
  for (const row of node.facts.lookUp(binding.columns, binding.key)) {
    for (let i = 0; i < answers.arity; i++) sink.probe[i] = node.facts.columns[i]![row]!;
    sink.emitProbe();
  }
  const ids = Int32Array.from(binding.key);
  const isDone = budget.attempt(costMin * 10, () => {
    for (const rule of node.rules) evaluator.bound(rule, { columns: binding.columns, ids }, sink);
  });
  if (!isDone) {
    node.demandCost = Number.POSITIVE_INFINITY;
    return null;
  }
  node.demandCost += 1 + budget.spent - before;
  return answers;
}

function rowsRead({ rules }: RelationNode): number {
  let rows = 0;
  for (const { body } of rules) {
    for (const literal of body) if (literal.kind === 'relation') rows += literal.node.source.size;
  }
  return rows;
}
