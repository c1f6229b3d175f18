import type { Tuple } from '../../datalog/value.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Catalog } from '../catalog.ts';
import { TableNotFound } from '../problems.ts';
import { ExplainedWorld, type GroundRow } from './explained-world.ts';
import type { Explanation } from './explanation.ts';
import { type ExplanationLimits, RowExplainer } from './row-explainer.ts';
import { WhyNot } from './why-not.ts';

export interface ExplanationRequest {
  /** Name of a policy, or the name by which rules know a data source. */
  readonly policy: string;
  /** As in `Catalog.tablesOf`, so it may be qualified. */
  readonly table: string;
  readonly row: Tuple;
  readonly limits: ExplanationLimits;
}

/**
 * Why a row is in a table, down to what is stored, or why not: which literal of each rule fails. Reads only; costs in
 * proportion to what it shows, where the views that are asked exist. Throws TableNotFound and what the engine refuses.
 */
export function explain(
  { catalog, engine }: { readonly catalog: Catalog; readonly engine: Pick<Engine, 'withOverlay'> },
  { policy, table, row, limits }: ExplanationRequest,
): Explanation {
  if (!catalog.hasTable(policy, table)) throw new TableNotFound(table);
  const colon = table.indexOf(':');
  const asked: GroundRow =
    colon < 0
      ? { policy, table, row }
      : { policy: table.slice(0, colon), table: table.slice(colon + 1), row };
  return engine.withOverlay(`explanation of ${asked.policy}:${asked.table}`, (overlay) => {
    const world = new ExplainedWorld(catalog, overlay);
    const rows = new RowExplainer(world, limits);
    if (world.holds(asked)) return { holds: true, because: rows.explain(asked) };
    const rules = new WhyNot({ world, rows, limits }).failures(asked);
    return { holds: false, table: `${asked.policy}:${asked.table}`, row, rules };
  });
}
