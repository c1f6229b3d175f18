import type { Json } from '../../service/base/json.ts';
import type { Write } from '../../service/policy/write.ts';
import type { RowStore } from '../../service/store/row-store.ts';
import type { StateStore } from '../../service/store/state-store.ts';
import { Cluster, deletePolicy, deleteRule, overridden, policyNames, ruleTexts } from './cluster.ts';

/** Lets `act` run at the n-th moment at which a bootstrap waits for the store, before or after the call. */
class Interruption {
  readonly #at: number;
  readonly #act: () => Promise<void>;
  moments = 0;

  constructor(at: number, act: () => Promise<void>) {
    this.#at = at;
    this.#act = act;
  }

  async around<T>(call: () => Promise<T>): Promise<T> {
    await this.#moment();
    const answer = await call();
    await this.#moment();
    return answer;
  }

  async #moment(): Promise<void> {
    this.moments += 1;
    if (this.moments === this.#at) await this.#act();
  }

  store(store: StateStore): StateStore {
    return overridden(store, {
      readHead: (options) => this.around(() => store.readHead(options)),
      readRecords: (options) => this.around(() => store.readRecords(options)),
      readPartition: (partition, signal) => this.around(() => store.readPartition(partition, signal)),
    });
  }

  rows(rows: RowStore): RowStore {
    return overridden(rows, {
      readChunks: (key, count, signal) => this.around(() => rows.readChunks(key, count, signal)),
    });
  }
}

/** A catalog with everything in it, and a second of every kind to be deleted. */
async function populated(interruption: () => Interruption | null): Promise<Cluster> {
  const cluster = await Cluster.ready(1, {
    wrapStore: (store) => interruption()?.store(store) ?? store,
    wrapRows: (rows) => interruption()?.rows(rows) ?? rows,
  });
  await cluster.write(0, cluster.policy('stays', ['p(x) :- q(x)', 'q(1)']), 'key-1');
  await cluster.write(0, cluster.policy('goes', ['r(x) :- s(x)', 's(2)']));
  await cluster.write(0, cluster.dataSource('cloud', { servers: ['id'], ports: ['id'] }));
  await push(cluster, 'servers', [['a']]);
  return cluster;
}

function push(cluster: Cluster, table: string, rows: readonly (readonly string[])[]): Promise<unknown> {
  const request = { dataSource: 'cloud', table, rows };
  return cluster.replica(0).port.replaceRows(request, { signal: new AbortController().signal });
}

/** Everything that can happen to entities, one commit each. */
async function changeEverything(cluster: Cluster): Promise<void> {
  const { port } = cluster.replica(0);
  const rule = port.catalog.rules(port.catalog.policyByName('stays')!.id)[0]!;
  const writes: readonly Write<Json>[] = [
    deletePolicy('goes'),
    cluster.policy('goes', ['again(3)']),
    cluster.rule('stays', 'extra(4)'),
    deleteRule('stays', rule.id),
    cluster.policy('comes', ['t(x) :- cloud:servers(x)']),
  ];
  for (const write of writes) await cluster.submit(0, write, `key-of-${writes.indexOf(write)}`);
  await push(cluster, 'servers', [['b'], ['c']]);
  await push(cluster, 'ports', [['d']]);
}

const rowsOfT = { policy: 'comes', table: 't', arity: 1, modal: null } as const;

describe('the bootstrap', () => {
  it('of an empty store ends with the two default policies', async () => {
    const cluster = await Cluster.ready(1);
    expect(policyNames(cluster.replica(0).port)).toEqual(['classification', 'action']);
    await cluster.stop();
  });

  it('gives what following gave, rows included', async () => {
    const cluster = await populated(() => null);
    await cluster.clock.run(changeEverything(cluster));
    const late = cluster.start();
    await cluster.until(() => late.port.health().ready);
    expect(new Set(cluster.digests()).size).toBe(1);
    expect([...late.port.engine.rows(rowsOfT)].sort()).toEqual([['b'], ['c']]);
    expect(ruleTexts(late.port, 'stays')).toEqual(['q(1)', 'extra(4)']);
    await cluster.stop();
  });

  it('gives the same whenever others commit meanwhile', async () => {
    let moments = 1;
    for (let at = 1; at <= moments; at += 1) {
      let interruption: Interruption | null = null;
      const cluster = await populated(() => interruption);
      interruption = new Interruption(at, () => changeEverything(cluster));
      const late = cluster.start();
      await cluster.until(() => late.port.health().ready);
      moments = interruption.moments;
      await cluster.converge();
      expect({ at, digests: new Set(cluster.digests()).size }).toEqual({ at, digests: 1 });
      const rows = cluster.replicas.map(({ port }) => [...port.engine.rows(rowsOfT)].sort());
      expect(rows[1]).toEqual(rows[0]);
      await cluster.stop();
    }
    expect(moments).toBeGreaterThan(15);
  }, 30_000);

  it('does not take a head for complete whose entities are still to come, nor entities whose head is', async () => {
    let loading = false;
    let settled = 0;
    const cluster = await Cluster.ready(1, {
      wrapStore: (store) =>
        overridden(store, {
          readHead: (options) => {
            if (loading && options.consistency === 'settled') settled += 1;
            return store.readHead(options);
          },
          // The transaction shows its head first, and its items only when it is over.
          readPartition: async (partition, signal) => {
            const entities = await store.readPartition(partition, signal);
            return loading && settled === 0 ? [] : entities;
          },
        }),
    });
    await cluster.write(0, cluster.policy('a'));
    loading = true;
    const late = cluster.start();
    await cluster.until(() => late.port.health().ready);
    expect(settled).toBeGreaterThanOrEqual(2);
    expect(new Set(cluster.digests()).size).toBe(1);
    await cluster.stop();
  });

  it('is tried again until the store answers, and tells why not', async () => {
    const cluster = new Cluster();
    const { port, faults } = cluster.start();
    faults.always('every', { kind: 'unavailable', reason: 'unreachable' });
    await cluster.clock.advance(5_000);
    expect(port.health().ready).toBe(false);
    expect(port.health().reasons.join()).toContain('the catalog is not loaded yet');
    await expect(
      port.awaitConsistency({ kind: 'bounded' }, new AbortController().signal),
    ).rejects.toMatchObject({
      code: 'read-not-fresh',
    });
    faults.heal();
    await cluster.until(() => port.health().ready, 2_000);
    await cluster.stop();
  });

  it('makes the default policies once, however many replicas start on an empty store at once', async () => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const cluster = await Cluster.ready(5, { seed });
      await cluster.converge();
      for (const { port } of cluster.replicas)
        expect(policyNames(port)).toEqual(['classification', 'action']);
      expect(new Set(cluster.digests()).size).toBe(1);
      await cluster.stop();
    }
  });
});
