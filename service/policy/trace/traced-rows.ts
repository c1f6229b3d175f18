import type { Atom, Term } from '../../datalog/tree.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Catalog } from '../catalog.ts';
import { SimulatedPolicies } from '../simulation/simulated-policies.ts';
import { TopDown } from './top-down.ts';
import { TraceLog } from './trace-log.ts';
import { TraceWorld } from './trace-world.ts';

/**
 * How Congress comes to the rows of a table, as text (reference 1.8); null when there is nothing to tell. `table` stands
 * as in `Catalog.tablesOf`, so it may be qualified; variables of the query are called x0, x1, ...
 */
export function traceOfRows(
  { catalog, engine }: { readonly catalog: Catalog; readonly engine: Pick<Engine, 'withOverlay'> },
  { policy: name, table }: { readonly policy: string; readonly table: string },
): string | null {
  const arity = catalog.arityOf(name, table);
  if (arity === undefined) return null;
  return engine.withOverlay(`trace of ${name}:${table}`, (overlay) => {
    const world = new TraceWorld({ catalog, overlay, policies: new SimulatedPolicies(catalog, overlay) });
    const policy = world.policy(name);
    if (policy === undefined) return null;
    const log = new TraceLog();
    log.record(() => {
      new TopDown(world, log).select(policy, { kind: 'fact', atom: openAtom(table, arity) });
    });
    return log.text();
  });
}

/** An atom over a table as it is written, with a variable in every column. */
export function openAtom(written: string, arity: number): Atom {
  const colon = written.indexOf(':');
  const args = Array.from({ length: arity }, (_, column): Term => ({ kind: 'variable', name: `x${column}` }));
  const policy = colon < 0 ? null : written.slice(0, colon);
  return { modal: null, policy, table: written.slice(colon + 1), args, columnArgs: [] };
}
