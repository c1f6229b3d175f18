import type { Sequence } from '../../service/base/ids.ts';
import type { HistoryRecord } from '../../service/replication/change-history.ts';
import { Cluster, deletePolicy, never } from './cluster.ts';

const at = (sequence: number): Sequence => sequence as Sequence;

function history(cluster: Cluster, index = 0) {
  return cluster.replica(index).replication.system.history;
}

async function page(cluster: Cluster, from: number, limit = 100): Promise<readonly HistoryRecord[]> {
  return cluster.clock.run(history(cluster).page(at(from), limit));
}

/** Follows until aborted; what came lies in `seen`. */
function following(cluster: Cluster, from: number) {
  const seen: number[] = [];
  const stopping = new AbortController();
  const ended = (async () => {
    for await (const record of history(cluster).follow(at(from), stopping.signal)) seen.push(record.sequence);
  })().catch((error: unknown) => error);
  return { seen, ended, stop: () => stopping.abort(new Error('stop')) };
}

describe('the history of changes', () => {
  it('tells every commit in order, with its changes and what was before', async () => {
    const cluster = await Cluster.ready(2);
    await cluster.write(1, cluster.policy('a', ['p(1)']));
    await cluster.write(0, deletePolicy('a'));
    await cluster.converge();
    const records = await page(cluster, 2);
    expect(records.map(({ sequence, writer }) => ({ sequence, writer }))).toEqual([
      { sequence: 2, writer: 'replica-2' },
      { sequence: 3, writer: 'replica-1' },
    ]);
    expect(records.flatMap(({ changes }) => changes)).toMatchObject([
      { kind: 'policy-created', policy: { name: 'a' }, rules: [{ text: 'p(1)' }] },
      { kind: 'policy-deleted', policy: { name: 'a' }, rules: [{ text: 'p(1)' }] },
    ]);
    expect(await page(cluster, 2, 1)).toHaveLength(1);
    expect(await page(cluster, 4)).toEqual([]);
    await cluster.stop();
  });

  it('tells a large change that lies beside its record', async () => {
    const cluster = await Cluster.ready(1);
    const rules = Array.from({ length: 300 }, (_, index) => `p(${index})`);
    await cluster.write(0, cluster.policy('large', rules));
    const [record] = await page(cluster, 2);
    expect(record?.changes[0]).toMatchObject({ kind: 'policy-created', rules: { length: 300 } });
    await cluster.stop();
  });

  it('says what is trimmed, at its start and in its middle', async () => {
    const cluster = await Cluster.ready(1);
    for (const name of ['a', 'b', 'c', 'd']) await cluster.write(0, cluster.policy(name));
    cluster.store.trimThrough(at(2));
    await expect(page(cluster, 1)).rejects.toMatchObject({ code: 'history-trimmed' });
    cluster.store.trimRecord(at(4));
    expect((await page(cluster, 3)).map(({ sequence }) => sequence)).toEqual([3]);
    await expect(page(cluster, 4)).rejects.toMatchObject({ code: 'history-trimmed' });
    await cluster.stop();
  });

  it('never tells what is not applied here yet', async () => {
    const cluster = await Cluster.ready(2);
    cluster.replica(0).faults.always('read-records', { kind: 'unavailable', reason: 'unreachable' });
    await cluster.write(1, cluster.policy('a'));
    await cluster.clock.advance(2_000);
    expect(await page(cluster, 2)).toEqual([]);
    cluster.heal();
    await cluster.stop();
  });
});

describe('following the changes', () => {
  it('tells each once, in order, whoever commits, and shares its reads', async () => {
    const cluster = await Cluster.ready(2);
    const followers = [following(cluster, 1), following(cluster, 1), following(cluster, 3)];
    for (let count = 0; count < 6; count += 1) {
      await cluster.write(count % 2, cluster.policy(`p${count}`));
    }
    await cluster.converge();
    await cluster.clock.advance(1_000);
    expect(followers.map(({ seen }) => seen)).toEqual([
      [1, 2, 3, 4, 5, 6, 7],
      [1, 2, 3, 4, 5, 6, 7],
      [3, 4, 5, 6, 7],
    ]);
    expect(history(cluster).following).toBe(3);
    for (const { stop } of followers) stop();
    await cluster.clock.settle();
    expect(history(cluster).following).toBe(0);
    await cluster.stop();
  });

  it('goes on after an outage of the store, without a hole', async () => {
    const cluster = await Cluster.ready(2);
    const follower = following(cluster, 1);
    await cluster.write(0, cluster.policy('a'));
    await cluster.clock.advance(100);
    cluster.replica(0).faults.always('every', { kind: 'unavailable', reason: 'unreachable' });
    for (const name of ['b', 'c', 'd']) await cluster.write(1, cluster.policy(name));
    await cluster.clock.advance(5_000);
    expect(follower.seen).toEqual([1, 2]);
    cluster.heal();
    await cluster.converge();
    await cluster.clock.advance(2_000);
    expect(follower.seen).toEqual([1, 2, 3, 4, 5]);
    follower.stop();
    await cluster.stop();
  });

  it('ends with a refusal when what comes next is trimmed', async () => {
    const cluster = await Cluster.ready(1);
    await cluster.write(0, cluster.policy('a'));
    cluster.store.trimThrough(at(1));
    const follower = following(cluster, 1);
    expect(await cluster.clock.run(follower.ended)).toMatchObject({ code: 'history-trimmed' });
    await cluster.stop();
  });
});

it('is read with the signal of nobody in particular, because many share it', async () => {
  const cluster = await Cluster.ready(1);
  const [first, second] = [history(cluster).page(at(1), 10), history(cluster).page(at(1), 10)];
  expect(first).toBe(second);
  expect(never.aborted).toBe(false);
  await cluster.clock.run(first);
  await cluster.stop();
});
