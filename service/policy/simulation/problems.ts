import { Problem } from '../../base/problem.ts';

/** Congress reference 3.6: a simulation cannot be carried out; `message` is the detail of error 1007. */
export class SimulationRefused extends Problem {
  readonly code = 'simulation-refused';
  readonly kind = 'invalid';
}
