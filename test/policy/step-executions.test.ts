import { executionHistoryMax } from '../../service/base/limits.ts';
import type { Execution } from '../../service/policy/executions.ts';
import { configureEnforcement } from '../../service/policy/writes/configure-enforcement.ts';
import { decideExecution } from '../../service/policy/writes/decide-execution.ts';
import { type ExecutionStep, stepExecutions } from '../../service/policy/writes/step-executions.ts';
import { createdAt, sampleExecution } from './sample-changes.ts';
import { Session } from './session.ts';

function open(id: string, facts: Partial<Execution> = {}): ExecutionStep {
  const { createdAt: _, ...execution } = sampleExecution(createdAt(1), { id, ...facts });
  return { kind: 'open', execution };
}

function move(id: string, from: Execution['state'], to: Partial<Execution>, attempts = 0): ExecutionStep {
  return { kind: 'move', id, from, attempts, to, changedAtMs: 9 };
}

describe('steps of the execution ledger', () => {
  it('open one activation per row, whoever asks and how often', () => {
    const session = new Session();
    expect(session.write(stepExecutions([open('e1'), open('e2')]))).toEqual([true, false]);
    expect(session.write(stepExecutions([open('e3'), open('e1')]))).toEqual([false, false]);
    expect(session.catalog.executions.list().map(({ id }) => id)).toEqual(['e1']);
  });

  it('tell an integer from a float and one policy from another', () => {
    const session = new Session();
    const steps = [
      open('e1', { positional: [1n] }),
      open('e2', { positional: [1] }),
      open('e3', { positional: [1n], policy: 'bob' }),
    ];
    expect(session.write(stepExecutions(steps))).toEqual([true, true, true]);
  });

  it('move only what still is as expected', () => {
    const session = new Session();
    session.write(stepExecutions([open('e1')]));
    expect(session.write(stepExecutions([move('e1', 'pending', { state: 'sent', attempts: 1 })]))).toEqual([
      true,
    ]);
    expect(session.write(stepExecutions([move('e1', 'pending', { state: 'sent', attempts: 1 })]))).toEqual([
      false,
    ]);
    expect(session.write(stepExecutions([move('e1', 'sent', { state: 'done' }, 0)]))).toEqual([false]);
    expect(session.write(stepExecutions([move('e1', 'sent', { state: 'done' }, 1)]))).toEqual([true]);
    expect(session.catalog.executions.byId('e1')).toMatchObject({
      state: 'done',
      attempts: 1,
      changedAtMs: 9,
    });
  });

  it('let a row enter again once it has left, as another activation', () => {
    const session = new Session();
    session.write(stepExecutions([open('e1', { state: 'done' })]));
    expect(session.write(stepExecutions([open('e2')]))).toEqual([false]);
    expect(session.write(stepExecutions([move('e1', 'done', { closed: true }), open('e2')]))).toEqual([
      true,
      true,
    ]);
    expect(session.write(stepExecutions([move('e1', 'done', { closed: false })]))).toEqual([false]);
    const row = { policy: 'alice', service: 'nova', action: 'servers.pause', positional: [1n, 1.5, 'x'] };
    expect(session.catalog.executions.openOf(row)?.id).toBe('e2');
  });

  it('keep a bounded history, and what is open in any case', () => {
    const session = new Session();
    session.write(stepExecutions([open('open', { positional: ['open'] })]));
    for (let start = 0; start < executionHistoryMax + 100; start += 50) {
      const steps = Array.from({ length: 50 }, (_, index) =>
        open(`e${start + index}`, { policy: null, state: 'done', closed: true }),
      );
      session.write(stepExecutions(steps));
    }
    const { executions } = session.catalog;
    expect(executions.historySize).toBe(executionHistoryMax);
    expect(executions.byId('open')).toBeDefined();
    expect(executions.byId('e0')).toBeUndefined();
    expect(executions.byId(`e${executionHistoryMax + 99}`)).toBeDefined();
  });
});

describe('what a person decides', () => {
  it('approves what waits for it, once', () => {
    const session = new Session();
    session.write(stepExecutions([open('e1', { state: 'awaiting-approval' })]));
    session.write(decideExecution('e1', 'approve', 5));
    expect(session.catalog.executions.byId('e1')).toMatchObject({ state: 'pending', changedAtMs: 5 });
    expect(() => session.write(decideExecution('e1', 'approve', 5))).toThrow(
      /is `pending`; it cannot be approved/,
    );
  });

  it('retries what failed or is unknown, but not what is done or gone', () => {
    const session = new Session();
    session.write(
      stepExecutions([
        open('failed', { positional: [1n], state: 'failed', attempts: 3 }),
        open('unknown', { positional: [2n], state: 'unknown' }),
        open('done', { positional: [3n], state: 'done' }),
        open('gone', { positional: [4n], state: 'failed', closed: true }),
        open('asked', { policy: null, state: 'failed', closed: true }),
      ]),
    );
    for (const id of ['failed', 'unknown', 'asked']) session.write(decideExecution(id, 'retry', 5));
    expect(session.catalog.executions.byId('failed')).toMatchObject({
      state: 'pending',
      attempts: 3,
      id: 'failed',
    });
    expect(() => session.write(decideExecution('done', 'retry', 5))).toThrow(/cannot be retried/);
    expect(() => session.write(decideExecution('gone', 'retry', 5))).toThrow(/is `failed` and closed/);
    expect(() => session.write(decideExecution('nobody', 'retry', 5))).toThrow(/no execution `nobody`/);
  });

  it('sets the switches; setting them as they are changes nothing', () => {
    const session = new Session();
    const settings = { mode: 'off', perMinuteMax: 600, policies: {} } as const;
    session.write(configureEnforcement(settings));
    expect(session.catalog.executions.settings()).toEqual(settings);
    const before = session.changes.length;
    session.write(configureEnforcement(settings));
    expect(session.changes.length).toBe(before);
  });
});
