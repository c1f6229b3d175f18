import type { Json } from '../../service/base/json.ts';
import type { Author } from '../../service/policy/author.ts';
import { changeFromJson } from '../../service/policy/change-json.ts';
import { asPointer, DetachedStore } from '../../service/replication/detached-json.ts';
import type { WriteOptions } from '../../service/replication/replica-port.ts';
import type { ChangeRecord } from '../../service/store/state-store.ts';
import { Cluster, never, syncCompressor } from './cluster.ts';

const dashboard: Author = { subject: 'token:dashboard', requestId: 'req-1' };
const script: Author = { subject: 'keystone:42', requestId: 'req-2' };

async function record(cluster: Cluster, sequence: number): Promise<ChangeRecord> {
  const [found] = await cluster.store.readRecords({
    after: (sequence - 1) as ChangeRecord['sequence'],
    limit: 1,
    signal: never,
  });
  if (found === undefined) throw new Error(`there is no record ${sequence}`);
  return found;
}

function authors({ changes }: ChangeRecord): readonly (readonly [string, Author | undefined])[] {
  return changes.map((json) => {
    const { kind, by } = changeFromJson(json);
    return [kind, by];
  });
}

describe('the author of a write', () => {
  it('is kept with each of its changes, also when writes of several go in one record', async () => {
    const cluster = await Cluster.ready(1);
    const { port } = cluster.replica(0);
    const first = port.write(cluster.policy('first'), { signal: never });
    const by = (author: Author): WriteOptions => ({ signal: never, author });
    const second = port.write(cluster.policy('second', ['p(1)']), by(dashboard));
    const third = port.write(cluster.policy('third'), {
      ...by(script),
      idempotency: { key: 'k', fingerprint: 'f' },
    });
    await cluster.clock.run(Promise.all([first, second, third]));
    const all = await Promise.all([2, 3, 4].map((sequence) => record(cluster, sequence).catch(() => null)));
    expect(all.flatMap((each) => (each === null ? [] : authors(each)))).toEqual([
      ['policy-created', undefined],
      ['policy-created', dashboard],
      ['policy-created', script],
      ['request-remembered', undefined],
    ]);
    await cluster.stop();
  });

  it('is kept with a write that is larger than a transaction', async () => {
    const cluster = await Cluster.ready(2);
    const rules = Array.from({ length: 300 }, (_, index) => `p(${index})`);
    const { port } = cluster.replica(0);
    await cluster.clock.run(port.write(cluster.policy('large', rules), { signal: never, author: dashboard }));
    const { store, clock } = cluster;
    const detached = new DetachedStore({ store, clock, compressor: syncCompressor });
    const pointer = asPointer((await record(cluster, 2)).changes[0]);
    const changes = pointer === null ? [] : (JSON.parse(await detached.read(pointer, never)) as Json[]);
    expect(changes.map(changeFromJson)).toMatchObject([{ kind: 'policy-created', by: dashboard }]);
    await cluster.converge();
    expect(new Set(cluster.digests()).size).toBe(1);
    await cluster.stop();
  });

  it('is absent in what the service does by itself', async () => {
    const cluster = await Cluster.ready(1);
    expect(authors(await record(cluster, 1))).toEqual([
      ['policy-created', undefined],
      ['policy-created', undefined],
    ]);
    await cluster.stop();
  });

  it('is told the sequence before the answer', async () => {
    const cluster = await Cluster.ready(1);
    const told: unknown[] = [];
    const outcome = await cluster.clock.run(
      cluster
        .replica(0)
        .port.write(cluster.policy('a'), { signal: never, onOutcome: ({ sequence }) => told.push(sequence) }),
    );
    expect(told).toEqual([outcome.sequence]);
    await cluster.stop();
  });
});
