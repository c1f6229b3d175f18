import { executionsOpenMax } from '../../base/limits.ts';
import type { Tuple } from '../../datalog/value.ts';
import type { ExecutionShelf } from '../../policy/execution-shelf.ts';
import {
  type Delivery,
  type EnforcementMode,
  type EnforcementSettings,
  type Execution,
  type ExecutionRow,
  executionRowKey,
  rowOfExecution,
} from '../../policy/executions.ts';
import type { ExecuteTable } from '../../policy/table-index.ts';
import type { ExecutionStep } from '../../policy/writes/step-executions.ts';

/** What the holder of the enforcement lease sees, all as of one sequence. */
export interface EnforcementInput {
  /** Of the configuration: the most that is done. */
  readonly modeMax: EnforcementMode;
  readonly ledger: Pick<ExecutionShelf, 'settings' | 'openOf' | 'live'>;
  readonly tables: readonly ExecuteRows[];
  /** Null when no data source offers the action. */
  readonly retryOf: (call: { readonly service: string; readonly action: string }) => ActionRetry | null;
  /** Being sent by this replica at the moment. */
  readonly inFlight: ReadonlySet<string>;
  /** False while it waits for its next attempt. */
  readonly isDue: (id: string) => boolean;
  /** How many may be sent now. */
  readonly sendMax: number;
  readonly newId: () => string;
  readonly nowMs: number;
}

export interface ExecuteRows {
  readonly table: ExecuteTable;
  /** False while rows depend on tables that nobody has seen yet: then neither firing nor closing is justified. */
  readonly certain: boolean;
  readonly rows: readonly Tuple[];
}

export interface ActionRetry {
  readonly delivery: Delivery;
  readonly attemptsMax: number;
  readonly backoffMs: number;
}

/** Where an action says nothing. */
export const defaultRetry: ActionRetry = { delivery: 'at-least-once', attemptsMax: 5, backoffMs: 1_000 };

/**
 * What has to be done so that ledger and execute tables agree: a pure function, computed anew after every change.
 *
 *     row in a table, no open activation        -> open one: sent at once, or pending, awaiting approval, dry run
 *     open activation, its row gone             -> close it; what was not sent is cancelled
 *     sent, but not by this process             -> a holder was lost: pending again, or unknown (at most once)
 *     dry run, and now enforcement is on        -> pending
 *     pending, due, and there is room           -> sent
 *
 * Level-triggered: what counts is the difference between table and ledger, not the history of changes, so a new
 * holder needs nothing from the old one. Every step is conditional (step-executions.ts), so a plan made from an
 * older sequence does no harm. The order is that of urgency.
 */
export function planEnforcement(input: EnforcementInput): readonly ExecutionStep[] {
  const present = new Set<string>();
  const uncertain = new Set<string>();
  for (const { table, certain, rows } of input.tables) {
    if (!certain) uncertain.add(tableKey(table));
    for (const positional of rows) present.add(executionRowKey({ ...table, positional }));
  }
  let sendLeft = input.sendMax;
  const steps: ExecutionStep[] = [];
  const waiting: Execution[] = [];
  let open = 0;
  for (const execution of input.ledger.live()) {
    const row = rowOfExecution(execution);
    if (row !== null && !execution.closed) open += 1;
    const isGone =
      row !== null &&
      !execution.closed &&
      !present.has(executionRowKey(row)) &&
      !uncertain.has(tableKey(tableOf(row)));
    if (isGone) steps.push(closing(execution, input.nowMs));
    else if (execution.state === 'sent') steps.push(...recovering(execution, input));
    else if (execution.state === 'dry-run') steps.push(...awakened(execution, input));
    else if (execution.state === 'pending' && modeOf(execution.policy, input) === 'on')
      waiting.push(execution);
  }
  waiting.sort((left, right) => byCreation(left, right));
  for (const execution of waiting) {
    if (sendLeft <= 0) break;
    if (input.inFlight.has(execution.id) || !input.isDue(execution.id)) continue;
    sendLeft -= 1;
    steps.push(move(execution, { state: 'sent', attempts: execution.attempts + 1 }, input.nowMs));
  }
  return [...steps, ...opening(input, { sendLeft, openLeft: executionsOpenMax - open })];
}

function opening(
  input: EnforcementInput,
  room: { readonly sendLeft: number; readonly openLeft: number },
): readonly ExecutionStep[] {
  const steps: ExecutionStep[] = [];
  let { sendLeft } = room;
  for (const { table, certain, rows } of input.tables) {
    const mode = modeOf(table.policy, input);
    if (!certain || mode === 'off') continue;
    const settings = input.ledger.settings().policies[table.policy];
    const delivery = settings?.delivery ?? input.retryOf(table)?.delivery ?? defaultRetry.delivery;
    for (const positional of rows) {
      const row: ExecutionRow = { ...table, positional };
      if (steps.length >= room.openLeft) return steps;
      if (input.ledger.openOf(row) !== undefined) continue;
      const asked =
        mode === 'dry-run' ? 'dry-run' : settings?.approval === true ? 'awaiting-approval' : 'pending';
      const state = asked === 'pending' && sendLeft > 0 ? 'sent' : asked;
      if (state === 'sent') sendLeft -= 1;
      steps.push({
        kind: 'open',
        execution: {
          id: input.newId(),
          policy: table.policy,
          service: table.service,
          action: table.action,
          positional,
          named: {},
          delivery,
          state,
          closed: false,
          attempts: state === 'sent' ? 1 : 0,
          detail: null,
          openedAtMs: input.nowMs,
          changedAtMs: input.nowMs,
        },
      });
    }
  }
  return steps;
}

/** The row is gone: what has been sent keeps its state until its outcome is known. */
function closing(execution: Execution, nowMs: number): ExecutionStep {
  const { state } = execution;
  const isSent = state !== 'pending' && state !== 'awaiting-approval';
  if (isSent) return move(execution, { closed: true }, nowMs);
  return move(execution, { closed: true, state: 'cancelled', detail: 'its row has left the table' }, nowMs);
}

function recovering(execution: Execution, input: EnforcementInput): readonly ExecutionStep[] {
  if (input.inFlight.has(execution.id)) return [];
  const { delivery, attempts, closed, policy, service, action } = execution;
  const { attemptsMax } = input.retryOf({ service, action }) ?? defaultRetry;
  const detail = 'the replica that sent it was lost before it could tell the outcome';
  const isWanted = policy === null || !closed;
  if (delivery === 'at-least-once' && isWanted && attempts < attemptsMax) {
    return [move(execution, { state: 'pending', detail }, input.nowMs)];
  }
  return [move(execution, { state: 'unknown', detail }, input.nowMs)];
}

function awakened(execution: Execution, input: EnforcementInput): readonly ExecutionStep[] {
  const { policy, closed } = execution;
  if (policy === null || closed || modeOf(policy, input) !== 'on') return [];
  const approval = input.ledger.settings().policies[policy]?.approval === true;
  return [move(execution, { state: approval ? 'awaiting-approval' : 'pending' }, input.nowMs)];
}

function move(
  { id, state, attempts }: Execution,
  to: Extract<ExecutionStep, { kind: 'move' }>['to'],
  changedAtMs: number,
): ExecutionStep {
  return { kind: 'move', id, from: state, attempts, to, changedAtMs };
}

/** The least of what the configuration, the switch and the policy's own setting allow. */
function modeOf(policy: string | null, { modeMax, ledger }: EnforcementInput): EnforcementMode {
  return effectiveMode(policy, { modeMax, settings: ledger.settings() });
}

/** What is done about actions of a policy; null: about those asked for over the API. */
function effectiveMode(
  policy: string | null,
  given: { readonly modeMax: EnforcementMode; readonly settings: EnforcementSettings },
): EnforcementMode {
  const own = policy === null ? 'on' : (given.settings.policies[policy]?.mode ?? 'on');
  const modes = [given.modeMax, given.settings.mode, own];
  if (modes.includes('off')) return 'off';
  return modes.includes('dry-run') ? 'dry-run' : 'on';
}

function tableKey({ policy, service, action, arity }: ExecuteTable): string {
  return JSON.stringify([policy, service, action, arity]);
}

function tableOf({ policy, service, action, positional }: ExecutionRow): ExecuteTable {
  return { policy, service, action, arity: positional.length };
}

function byCreation(left: Execution, right: Execution): number {
  return (
    left.createdAt.sequence - right.createdAt.sequence || left.createdAt.ordinal - right.createdAt.ordinal
  );
}
