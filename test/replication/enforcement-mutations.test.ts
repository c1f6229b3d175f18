import type { Sequence } from '../../service/base/ids.ts';
import type { Catalog } from '../../service/policy/catalog.ts';
import type { EnforcementChange } from '../../service/policy/change.ts';
import { ExecutionShelf } from '../../service/policy/execution-shelf.ts';
import type { EnforcerOptions } from '../../service/replication/enforcement/enforcer.ts';
import type { LeaseCondition } from '../../service/store/lease-store.ts';
import type { StateStore } from '../../service/store/state-store.ts';
import { overridden } from './cluster.ts';
import {
  cutOff,
  EnforcementCluster,
  type EnforcementOptions,
  other,
  pause,
  takenOver,
} from './enforcement-cluster.ts';

describe('without a mechanism', () => {
  /** Commits are made whatever lease they depend on. */
  const unfenced = (store: StateStore): StateStore =>
    overridden(store, { commit: ({ record, writes }, signal) => store.commit({ record, writes }, signal) });

  /** A holder whose clock stands still: once it has the lease, it believes to have it for ever. */
  function believing(options: EnforcerOptions): EnforcerOptions {
    const keep: EnforcerOptions['leases']['keep'] = (name, { onAcquired }) => {
      let held: LeaseCondition | null = null;
      const inner = options.leases.keep(name, {
        onAcquired: (condition) => {
          if (held !== null) return;
          held = condition;
          onAcquired(condition);
        },
        onLost: () => {},
      });
      return { name, isHeld: () => held !== null, condition: () => held, release: () => inner.release() };
    };
    return { ...options, leases: { keep } };
  }

  /**
   * The holder is cut off in the middle of opening an activation; another takes over, acts, and sees the row leave. Then
   * the first one's commit, still waiting, goes through.
   */
  async function lateCommit(wrapStore?: (store: StateStore) => StateStore): Promise<EnforcementCluster> {
    const wrap = believing;
    const settings = { writeDeadlineMs: 120_000, commitTimeoutMs: 1_000 };
    const enforcement = await EnforcementCluster.ready(2, {
      settings,
      wrap,
      ...(wrapStore ? { wrapStore } : {}),
    });
    await enforcement.policy(0, pause);
    await enforcement.settle();
    const holder = enforcement.holder()!;
    const { faults } = enforcement.cluster.replica(holder);
    faults.always('commit', { kind: 'lost-request' });
    await enforcement.add(other(holder), 'q(1)');
    await enforcement.settle(2_000);
    cutOff(enforcement, holder);
    await takenOver(enforcement, holder);
    await enforcement.remove(other(holder), 'q(1)');
    await enforcement.settle();
    enforcement.cluster.heal();
    await enforcement.settle(60_000);
    return enforcement;
  }

  it('the fence: with it a late commit of a former holder stays out', async () => {
    const fenced = await lateCommit();
    expect(fenced.target.calls).toHaveLength(1);
    expect(fenced.states()).toEqual(['done closed']);
    await fenced.stop();
  });

  it('the fence switched off: what is done is done a second time', async () => {
    const broken = await lateCommit(unfenced);
    expect(broken.target.calls.length).toBeGreaterThan(1);
    await broken.stop();
  });

  /** A ledger in the memory of one replica, as in Congress. */
  function notDurable(options: EnforcerOptions): EnforcerOptions {
    const shelf = new ExecutionShelf();
    const withShelf = (catalog: Catalog): Catalog => overridden(catalog, { executions: shelf });
    const live = {
      get state() {
        return { ...options.live.state, catalog: withShelf(options.live.state.catalog) };
      },
      get installed() {
        return options.live.installed;
      },
      onChange: (listener: () => void) => options.live.onChange(listener),
    };
    let sequence = 0;
    const write: EnforcerOptions['port']['write'] = async ({ plan }) => {
      sequence += 1;
      const at = { sequence: sequence as Sequence, ordinal: 0 };
      const { changes, result } = plan(withShelf(options.live.state.catalog), at);
      for (const change of changes) shelf.apply(change as EnforcementChange);
      return { result, sequence: at.sequence, replayed: false };
    };
    return { ...options, live, port: overridden(options.port, { write }) };
  }

  async function restarted(wrap?: EnforcementOptions['wrap']): Promise<EnforcementCluster> {
    const enforcement = await EnforcementCluster.ready(2, wrap ? { wrap } : {});
    await enforcement.policy(0, 'q(1)', pause);
    await enforcement.settle();
    const holder = enforcement.holder()!;
    await enforcement.cluster.clock.run(enforcement.enforcers[holder]!.stop());
    await enforcement.settle(30_000);
    return enforcement;
  }

  it('the ledger: with it a new holder repeats nothing, with one in memory it does', async () => {
    const durable = await restarted();
    expect(durable.target.calls).toHaveLength(1);
    await durable.stop();
    const broken = await restarted(notDurable);
    expect(broken.target.calls.length).toBeGreaterThan(1);
    await broken.stop();
  });
});
