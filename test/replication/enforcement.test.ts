import { configureEnforcement } from '../../service/policy/writes/configure-enforcement.ts';
import { decideExecution } from '../../service/policy/writes/decide-execution.ts';
import { requestExecution } from '../../service/policy/writes/request-execution.ts';
import { never } from './cluster.ts';
import { cutOff, EnforcementCluster, other, pause, takenOver } from './enforcement-cluster.ts';

describe('enforcement', () => {
  it('acts once on each row, whichever replica it was written on, and on rows that were true before', async () => {
    const enforcement = await EnforcementCluster.ready(3);
    await enforcement.policy(0, 'q(1)', 'q("a")', pause);
    await enforcement.add(1, 'q(2)');
    await enforcement.add(2, 'q(3)');
    await enforcement.settle();
    expect([...enforcement.target.rows()].sort()).toEqual(['1', '2', '3', 'a']);
    expect(enforcement.target.ids().size).toBe(4);
    for (const index of [0, 1, 2])
      expect(enforcement.states(index)).toEqual(['done', 'done', 'done', 'done']);
    expect(new Set(enforcement.cluster.digests()).size).toBe(1);
    await enforcement.stop();
  });

  it('runs each of several actions, with any number of arguments, once per row', async () => {
    const enforcement = await EnforcementCluster.ready(1);
    await enforcement.policy(
      0,
      'q(1)',
      'q(2)',
      pause,
      'execute[nova:stop(x, x)] :- q(x)',
      'execute[nova:alarm()] :- q(x)',
    );
    await enforcement.add(0, 'execute[nova:pause(x)] :- q(x), true');
    await enforcement.settle();
    const calls = enforcement.target.calls.map(({ action, positional }) => `${action}(${positional})`).sort();
    expect(calls).toEqual(['alarm()', 'pause(1)', 'pause(2)', 'stop(1,1)', 'stop(2,2)']);
    await enforcement.stop();
  });

  it('closes an activation when its row leaves, and acts again, under another id, when it comes back', async () => {
    const enforcement = await EnforcementCluster.ready(2);
    await enforcement.policy(0, 'q(1)', pause);
    await enforcement.settle();
    await enforcement.remove(1, 'q(1)');
    await enforcement.settle();
    expect(enforcement.states()).toEqual(['done closed']);
    await enforcement.add(0, 'q(1)');
    await enforcement.settle();
    expect(enforcement.target.rows()).toEqual(['1', '1']);
    expect(enforcement.target.ids().size).toBe(2);
    await enforcement.removePolicy(0);
    await enforcement.settle();
    expect(enforcement.states()).toEqual(['done closed', 'done closed']);
    expect(enforcement.target.calls).toHaveLength(2);
    await enforcement.stop();
  });

  it('acts no second time when replicas are added, stopped or take over', async () => {
    const enforcement = await EnforcementCluster.ready(2);
    await enforcement.policy(0, 'q(1)', 'q(2)', pause);
    await enforcement.settle();
    const holder = enforcement.holder()!;
    await enforcement.cluster.clock.run(enforcement.enforcers[holder]!.stop());
    enforcement.cluster.start();
    await enforcement.cluster.until(() => enforcement.cluster.replica(2).port.health().ready);
    enforcement.enforce(2);
    await enforcement.settle(30_000);
    expect(enforcement.holder()).not.toBe(holder);
    expect(enforcement.target.calls).toHaveLength(2);
    await enforcement.add(0, 'q(3)');
    await enforcement.settle();
    expect(enforcement.target.calls).toHaveLength(3);
    await enforcement.stop();
  });

  it('goes on elsewhere when the holder is cut off, and the one that comes back does nothing', async () => {
    const enforcement = await EnforcementCluster.ready(2);
    await enforcement.policy(0, pause);
    await enforcement.settle();
    const holder = enforcement.holder()!;
    cutOff(enforcement, holder);
    await enforcement.add(other(holder), 'q(1)');
    await takenOver(enforcement, holder);
    expect(enforcement.target.calls.map(({ replica }) => replica)).toEqual([other(holder)]);
    enforcement.cluster.heal();
    await enforcement.settle(20_000);
    expect(enforcement.target.calls).toHaveLength(1);
    expect(enforcement.states(holder)).toEqual(['done']);
    await enforcement.stop();
  });
});

describe('a holder that ends in order', () => {
  it('waits for the outcome of what it has sent, and sends nothing more', async () => {
    const enforcement = await EnforcementCluster.ready(2);
    enforcement.target.retry = { delivery: 'at-most-once', attemptsMax: 3, backoffMs: 100 };
    enforcement.target.answer = async () => {
      await enforcement.cluster.clock.sleep(2_000);
      return { kind: 'done', detail: 'done' };
    };
    await enforcement.policy(0, 'q(1)', pause);
    await enforcement.settle(500);
    expect(enforcement.states()).toEqual(['sent']);
    await enforcement.cluster.clock.run(enforcement.enforcers[enforcement.holder()!]!.stop());
    await enforcement.settle(20_000);
    expect(enforcement.states()).toEqual(['done']);
    expect(enforcement.target.calls).toHaveLength(1);
    await enforcement.stop();
  });
});

describe('an activation of unknown outcome', () => {
  async function lostHolder(delivery: 'at-least-once' | 'at-most-once'): Promise<EnforcementCluster> {
    const enforcement = await EnforcementCluster.ready(2);
    enforcement.target.retry = { delivery, attemptsMax: 3, backoffMs: 100 };
    const holder = enforcement.holder()!;
    enforcement.target.answer = (call) =>
      call.replica === holder ? new Promise(() => {}) : { kind: 'done', detail: 'done' };
    await enforcement.policy(0, 'q(1)', pause);
    await enforcement.settle();
    expect(enforcement.states()).toEqual(['sent']);
    cutOff(enforcement, holder);
    await takenOver(enforcement, holder);
    return enforcement;
  }

  it('is sent again with the same id by the next holder, where that is allowed', async () => {
    const enforcement = await lostHolder('at-least-once');
    expect(enforcement.target.calls).toHaveLength(2);
    expect(enforcement.target.ids().size).toBe(1);
    enforcement.cluster.heal();
    await enforcement.settle(20_000);
    expect(enforcement.states()).toEqual(['done']);
    expect(enforcement.target.calls).toHaveLength(2);
    await enforcement.stop();
  });

  it('is left to a person where it may happen once at most, who can have it sent again', async () => {
    const enforcement = await lostHolder('at-most-once');
    enforcement.cluster.heal();
    await enforcement.settle(20_000);
    expect(enforcement.states()).toEqual(['unknown']);
    expect(enforcement.target.calls).toHaveLength(1);
    enforcement.target.answer = () => ({ kind: 'done', detail: 'done' });
    const [execution] = enforcement.executions();
    await enforcement.cluster.write(0, decideExecution(execution!.id, 'retry', 1));
    await enforcement.settle();
    expect(enforcement.target.ids().size).toBe(1);
    expect(enforcement.states()).toEqual(['done']);
    await enforcement.stop();
  });
});

describe('retries', () => {
  it('go on with the same id, at growing distances, until it is done', async () => {
    const enforcement = await EnforcementCluster.ready(1);
    enforcement.target.answer = () =>
      enforcement.target.calls.length < 3
        ? { kind: 'not-now', detail: 'HTTP 429' }
        : { kind: 'done', detail: 'HTTP 200' };
    await enforcement.policy(0, 'q(1)', pause);
    await enforcement.settle(10_000);
    expect(enforcement.target.calls).toHaveLength(3);
    expect(enforcement.target.ids().size).toBe(1);
    expect(enforcement.executions()[0]).toMatchObject({ state: 'done', attempts: 3, detail: 'HTTP 200' });
    await enforcement.stop();
  });

  it('end after as many attempts as the action allows', async () => {
    const enforcement = await EnforcementCluster.ready(1);
    enforcement.target.answer = () => ({ kind: 'unknown', detail: 'HTTP 500' });
    await enforcement.policy(0, 'q(1)', pause);
    await enforcement.settle(60_000);
    expect(enforcement.target.calls).toHaveLength(3);
    expect(enforcement.executions()[0]).toMatchObject({
      state: 'failed',
      detail: 'HTTP 500; given up after 3 attempts',
    });
    await enforcement.stop();
  });

  it('are not made after a refusal, nor once the row has gone', async () => {
    const enforcement = await EnforcementCluster.ready(1);
    enforcement.target.answer = ({ positional }) =>
      positional === '1' ? { kind: 'refused', detail: 'HTTP 404' } : { kind: 'not-now', detail: 'HTTP 429' };
    enforcement.target.retry = { delivery: 'at-least-once', attemptsMax: 9, backoffMs: 60_000 };
    await enforcement.policy(0, 'q(1)', 'q(2)', pause);
    await enforcement.settle(500);
    await enforcement.remove(0, 'q(2)');
    await enforcement.settle(60_000);
    expect(enforcement.target.calls).toHaveLength(2);
    expect([...enforcement.states()].sort()).toEqual(['cancelled closed', 'failed']);
    await enforcement.stop();
  });

  it('survive a store that is away when the outcome is known', async () => {
    const enforcement = await EnforcementCluster.ready(1);
    enforcement.target.answer = () => {
      enforcement.cluster.replica(0).faults.always('commit', { kind: 'unavailable', reason: 'unreachable' });
      return { kind: 'done', detail: 'HTTP 200' };
    };
    await enforcement.policy(0, 'q(1)', pause);
    await enforcement.settle(3_000);
    expect(enforcement.states()).toEqual(['sent']);
    enforcement.cluster.heal();
    await enforcement.settle(10_000);
    expect(enforcement.states()).toEqual(['done']);
    expect(enforcement.target.calls).toHaveLength(1);
    await enforcement.stop();
  });
});

describe('the switches of enforcement', () => {
  const settings = (facts: object) =>
    configureEnforcement({ mode: 'on', perMinuteMax: 600, policies: {}, ...facts });

  it('record and send nothing in a dry run; what is still so is sent once it is over', async () => {
    const enforcement = await EnforcementCluster.ready(2);
    await enforcement.cluster.write(0, settings({ mode: 'dry-run' }));
    await enforcement.policy(0, 'q(1)', 'q(2)', pause);
    await enforcement.settle();
    expect(enforcement.states()).toEqual(['dry-run', 'dry-run']);
    await enforcement.remove(0, 'q(2)');
    await enforcement.settle();
    await enforcement.cluster.write(1, settings({}));
    await enforcement.settle();
    expect(enforcement.target.rows()).toEqual(['1']);
    await enforcement.stop();
  });

  it('stop everything at once while off, then go on with what is so by then', async () => {
    const enforcement = await EnforcementCluster.ready(2);
    await enforcement.cluster.write(0, settings({ mode: 'off' }));
    await enforcement.policy(0, 'q(1)', pause);
    await enforcement.settle();
    expect(enforcement.executions()).toEqual([]);
    await enforcement.cluster.write(0, settings({}));
    await enforcement.settle();
    expect(enforcement.target.rows()).toEqual(['1']);
    await enforcement.stop();
  });

  it('cannot do more than the configuration allows', async () => {
    const enforcement = await EnforcementCluster.ready(1, { modeMax: 'dry-run' });
    await enforcement.policy(0, 'q(1)', pause);
    await enforcement.settle();
    expect(enforcement.target.calls).toEqual([]);
    expect(enforcement.states()).toEqual(['dry-run']);
    await enforcement.stop();
  });

  it('hold back what a person has to approve', async () => {
    const enforcement = await EnforcementCluster.ready(2);
    await enforcement.cluster.write(
      0,
      settings({ policies: { p: { approval: true, delivery: 'at-most-once' } } }),
    );
    await enforcement.policy(0, 'q(1)', 'q(2)', pause);
    await enforcement.settle();
    expect(enforcement.states()).toEqual(['awaiting-approval', 'awaiting-approval']);
    const [first] = enforcement.executions();
    expect(first!.delivery).toBe('at-most-once');
    await enforcement.cluster.write(1, decideExecution(first!.id, 'approve', 1));
    await enforcement.settle();
    expect(enforcement.target.calls.map(({ id }) => id)).toEqual([first!.id]);
    await enforcement.stop();
  });

  it('bound how many are sent in a minute', async () => {
    const enforcement = await EnforcementCluster.ready(1);
    await enforcement.cluster.write(0, settings({ perMinuteMax: 6 }));
    await enforcement.policy(0, ...Array.from({ length: 20 }, (_, index) => `q(${index})`), pause);
    await enforcement.settle(1_000);
    expect(enforcement.target.calls.length).toBe(6);
    await enforcement.settle(30_000);
    expect(enforcement.target.calls.length).toBe(9);
    await enforcement.settle(120_000);
    expect(enforcement.target.ids().size).toBe(20);
    expect(enforcement.target.calls).toHaveLength(20);
    await enforcement.stop();
  });
});

describe('an action asked for over the API', () => {
  const asked = (id: string) =>
    requestExecution({
      id,
      service: 'nova',
      action: 'pause',
      positional: ['a'],
      named: { why: 1 },
      delivery: 'at-least-once',
      modeMax: 'on',
      nowMs: 1,
    });

  it('is sent once by whoever enforces, on whichever replica it was asked for', async () => {
    const enforcement = await EnforcementCluster.ready(3);
    for (const index of [0, 1, 2]) await enforcement.cluster.write(index, asked(`asked ${index}`));
    await enforcement.settle();
    expect([...enforcement.target.ids()].sort()).toEqual(['asked 0', 'asked 1', 'asked 2']);
    expect(enforcement.target.calls).toHaveLength(3);
    expect(enforcement.states()).toEqual(['done closed', 'done closed', 'done closed']);
    await enforcement.stop();
  });

  it('is recorded, and never sent, while enforcement is off', async () => {
    const enforcement = await EnforcementCluster.ready(1);
    await enforcement.cluster.write(
      0,
      configureEnforcement({ mode: 'off', perMinuteMax: 600, policies: {} }),
    );
    await enforcement.cluster.write(0, asked('early'));
    await enforcement.cluster.write(0, configureEnforcement({ mode: 'on', perMinuteMax: 600, policies: {} }));
    await enforcement.settle();
    expect(enforcement.target.calls).toEqual([]);
    expect(enforcement.executions()[0]).toMatchObject({ state: 'dry-run', detail: 'enforcement is not on' });
    await enforcement.stop();
  });
});

describe('rows that depend on a table that nobody has seen yet', () => {
  it('neither fire nor close anything', async () => {
    const enforcement = await EnforcementCluster.ready(1);
    const { cluster, target } = enforcement;
    const { port } = cluster.replica(0);
    await cluster.write(0, { ...cluster.dataSource('ds', { bad: ['id'], good: ['id'] }, 'every-replica') });
    const { id } = port.catalog.dataSourceByName('ds')!;
    const feed = cluster.replica(0).replication.feeds.local(id);
    await enforcement.policy(0, 'execute[nova:pause(x)] :- ds:bad(x), not ds:good(x)');
    await feed.replace('bad', [['a'], ['b']], never);
    await enforcement.settle();
    expect(target.calls).toEqual([]);
    await feed.replace('good', [['b']], never);
    await enforcement.settle();
    expect(target.rows()).toEqual(['a']);
    // A new replica knows nothing of these rows: it must not conclude that they have left.
    cluster.start();
    await cluster.until(() => cluster.replica(1).port.health().ready);
    enforcement.enforce(1);
    await cluster.clock.run(enforcement.enforcers[0]!.stop());
    await enforcement.settle(30_000);
    expect(enforcement.holder()).toBe(1);
    expect(enforcement.states(1)).toEqual(['done']);
    const late = cluster.replica(1).replication.feeds.local(id);
    await late.replace('bad', [['a']], never);
    await late.replace('good', [], never);
    await enforcement.settle();
    expect(target.rows()).toEqual(['a']);
    await enforcement.stop();
  });
});
