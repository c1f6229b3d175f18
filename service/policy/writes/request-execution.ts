import type { JsonObject } from '../../base/json.ts';
import type { Tuple } from '../../datalog/value.ts';
import type { Delivery, EnforcementMode, Execution } from '../executions.ts';
import type { Write } from '../write.ts';
import { stepExecutions } from './step-executions.ts';

export interface RequestedExecution {
  /** New. */
  readonly id: string;
  readonly service: string;
  readonly action: string;
  readonly positional: Tuple;
  readonly named: JsonObject;
  readonly delivery: Delivery;
  /** Of the configuration. */
  readonly modeMax: EnforcementMode;
  readonly nowMs: number;
}

/**
 * Puts an action that somebody asks for over the API (Congress reference 1.10) into the ledger, to be sent by
 * whoever enforces. While enforcement is not on it is recorded and never sent, as Congress does when it is
 * configured so; it does not come as a surprise later.
 * Answers its id.
 */
export function requestExecution({
  modeMax,
  nowMs,
  ...asked
}: RequestedExecution): Write<{ readonly id: string }> {
  return {
    name: 'request-execution',
    plan(catalog, at) {
      const isOn = modeMax === 'on' && catalog.executions.settings().mode === 'on';
      const execution: Omit<Execution, 'createdAt'> = {
        ...asked,
        policy: null,
        state: isOn ? 'pending' : 'dry-run',
        closed: true,
        attempts: 0,
        detail: isOn ? null : 'enforcement is not on',
        openedAtMs: nowMs,
        changedAtMs: nowMs,
      };
      const { changes } = stepExecutions([{ kind: 'open', execution }]).plan(catalog, at);
      return { changes, result: { id: asked.id } };
    },
  };
}
