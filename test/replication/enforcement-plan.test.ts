import { ExecutionShelf } from '../../service/policy/execution-shelf.ts';
import type { EnforcementSettings, Execution } from '../../service/policy/executions.ts';
import type { ExecutionStep } from '../../service/policy/writes/step-executions.ts';
import { type EnforcementInput, planEnforcement } from '../../service/replication/enforcement/plan.ts';
import { createdAt, sampleExecution } from '../policy/sample-changes.ts';

const table = { policy: 'alice', service: 'nova', action: 'servers.pause', arity: 1 };

function execution(id: string, facts: Partial<Execution> = {}): Execution {
  const at = createdAt(Number(id.replace(/\D/g, '')));
  return sampleExecution(at, { id, positional: [id], ...facts });
}

function plan(
  ledger: readonly Execution[],
  rows: readonly string[],
  facts: Partial<EnforcementInput> & {
    readonly settings?: Partial<EnforcementSettings>;
    readonly certain?: boolean;
  } = {},
): readonly string[] {
  const shelf = new ExecutionShelf();
  shelf.load(ledger, { mode: 'on', perMinuteMax: 600, policies: {}, ...facts.settings });
  let ids = 0;
  const steps = planEnforcement({
    modeMax: 'on',
    ledger: shelf,
    tables: [{ table, certain: facts.certain ?? true, rows: rows.map((row) => [row]) }],
    retryOf: () => ({ delivery: 'at-least-once', attemptsMax: 3, backoffMs: 1 }),
    inFlight: new Set(),
    isDue: () => true,
    sendMax: 100,
    newId: () => {
      ids += 1;
      return `new${ids}`;
    },
    nowMs: 1,
    ...facts,
  });
  return steps.map(text);
}

function text(step: ExecutionStep): string {
  if (step.kind === 'open') return `open ${step.execution.positional.join()} ${step.execution.state}`;
  return `${step.id} ${step.from}: ${Object.entries(step.to)
    .filter(([name]) => name !== 'detail')
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')}`;
}

describe('the plan of enforcement', () => {
  it('is nothing where table and ledger agree', () => {
    expect(plan([execution('e1', { state: 'done' })], ['e1'])).toEqual([]);
    expect(plan([], [])).toEqual([]);
  });

  it('opens what is new, as far as it may be sent; the rest waits', () => {
    expect(plan([], ['a', 'b'], { sendMax: 1 })).toEqual(['open a sent', 'open b pending']);
    expect(plan([], ['a'], { modeMax: 'off' })).toEqual([]);
    expect(plan([], ['a'], { modeMax: 'dry-run' })).toEqual(['open a dry-run']);
    expect(plan([], ['a'], { settings: { policies: { alice: { approval: true } } } })).toEqual([
      'open a awaiting-approval',
    ]);
    expect(plan([], ['a'], { settings: { policies: { alice: { mode: 'off' } } } })).toEqual([]);
  });

  it('sends what waits in order of creation before anything new', () => {
    const waiting = [execution('e2'), execution('e1'), execution('e3')];
    expect(plan(waiting, ['e1', 'e2', 'e3', 'new'], { sendMax: 2 })).toEqual([
      'e1 pending: state sent, attempts 1',
      'e2 pending: state sent, attempts 1',
      'open new pending',
    ]);
    expect(plan(waiting, ['e1', 'e2', 'e3'], { isDue: (id) => id === 'e3' })).toEqual([
      'e3 pending: state sent, attempts 1',
    ]);
  });

  it('closes what has left; what was never sent is cancelled', () => {
    const ledger = [
      execution('e1', { state: 'done' }),
      execution('e2'),
      execution('e3', { state: 'awaiting-approval' }),
      execution('e4', { state: 'sent' }),
      execution('e5', { state: 'failed' }),
    ];
    expect(plan(ledger, [], { inFlight: new Set(['e4']) })).toEqual([
      'e1 done: closed true',
      'e2 pending: closed true, state cancelled',
      'e3 awaiting-approval: closed true, state cancelled',
      'e4 sent: closed true',
      'e5 failed: closed true',
    ]);
  });

  it('neither opens nor closes while the table is uncertain, but goes on with what is open', () => {
    const ledger = [execution('e1', { state: 'done' }), execution('e2')];
    expect(plan(ledger, ['new'], { certain: false })).toEqual(['e2 pending: state sent, attempts 1']);
  });

  it('takes up what a lost holder has sent, as its delivery says', () => {
    const sent = (facts: Partial<Execution>) => [execution('e1', { state: 'sent', attempts: 1, ...facts })];
    expect(plan(sent({}), ['e1'])).toEqual(['e1 sent: state pending']);
    expect(plan(sent({ delivery: 'at-most-once' }), ['e1'])).toEqual(['e1 sent: state unknown']);
    expect(plan(sent({ attempts: 3 }), ['e1'])).toEqual(['e1 sent: state unknown']);
    expect(plan(sent({ closed: true }), [])).toEqual(['e1 sent: state unknown']);
    expect(plan(sent({ policy: null, closed: true }), [])).toEqual(['e1 sent: state pending']);
    expect(plan(sent({}), ['e1'], { inFlight: new Set(['e1']) })).toEqual([]);
  });
});
