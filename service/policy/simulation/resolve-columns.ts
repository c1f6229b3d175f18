import { eliminateColumns } from '../../datalog/admission/column-elimination.ts';
import type { Atom, Formula } from '../../datalog/tree.ts';
import type { Catalog } from '../catalog.ts';
import { SimulationRefused } from './problems.ts';

/**
 * A statement of a simulation with its column references put in their place, as a stored rule has them; without any
 * it stays as it is, short literals included (Congress pads nothing here, and reads a reference as no argument at
 * all). Throws SimulationRefused.
 */
export function resolveColumns(formula: Formula, policy: string, catalog: Catalog): Formula {
  const atoms: readonly Atom[] =
    formula.kind === 'fact' ? [formula.atom] : [...formula.heads, ...formula.body].map(({ atom }) => atom);
  if (atoms.every(({ columnArgs }) => columnArgs.length === 0)) return formula;
  const eliminated = eliminateColumns(formula, policy, catalog.admissionContext());
  if (eliminated.kind === 'formula') return eliminated.formula;
  throw new SimulationRefused(eliminated.message);
}
