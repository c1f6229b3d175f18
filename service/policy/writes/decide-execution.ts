import type { Execution } from '../executions.ts';
import { ExecutionNotFound, ExecutionNotWaiting } from '../problems.ts';
import type { Write } from '../write.ts';

export type Decision = 'approve' | 'retry';

/**
 * A person says yes to an execution that waits for it, or has one sent again that failed or whose outcome is not
 * known: with the same id, so that the target can tell. One whose row has left is not sent any more.
 * Throws ExecutionNotFound, ExecutionNotWaiting.
 */
export function decideExecution(id: string, decision: Decision, nowMs: number): Write<null> {
  return {
    name: `${decision}-execution`,
    plan(catalog) {
      const before = catalog.executions.byId(id);
      if (before === undefined) throw new ExecutionNotFound(id);
      if (!isOpenTo(before, decision)) {
        const wanted = decision === 'approve' ? 'approved' : 'retried';
        throw new ExecutionNotWaiting(id, { ...before, wanted });
      }
      const execution: Execution = { ...before, state: 'pending', detail: null, changedAtMs: nowMs };
      return { changes: [{ kind: 'execution-changed', execution, before }], result: null };
    },
  };
}

function isOpenTo({ state, closed, policy }: Execution, decision: Decision): boolean {
  if (closed && policy !== null) return false;
  return decision === 'approve' ? state === 'awaiting-approval' : state === 'failed' || state === 'unknown';
}
