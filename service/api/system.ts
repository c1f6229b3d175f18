import type { SystemPort } from '../replication/system-port.ts';
import type { ApiContext } from './api-context.ts';
import { NotReadyYet } from './problems.ts';

/** The fleet and the log. Throws NotReadyYet before the replica has begun. */
export function systemOf(context: ApiContext): SystemPort {
  const system = context.system();
  if (system === null) throw new NotReadyYet();
  return system;
}
