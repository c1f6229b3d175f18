import { mustBe } from '../support/congress-client.ts';
import type { HttpAnswer } from '../support/http-client.ts';
import { orphanedRules } from '../support/stored-items.ts';
import { note, TestCluster } from '../support/test-cluster.ts';

const rounds = 30;

describe('conflicting writes to two replicas at the same moment', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await TestCluster.start('conflicting-writes', { replicas: 2 });
    mustBe(201, await cluster.replica(1).createPolicy('arena'));
  }, 120_000);
  afterAll(() => cluster?.stop(), 60_000);

  it('create a policy once: one 201, one 409', async () => {
    const outcomes = await inRounds((n) =>
      both(cluster.replica(1).createPolicy(`same_${n}`), cluster.replica(2).createPolicy(`same_${n}`)),
    );
    report('the same policy on both', outcomes);
    expect(outcomes.filter((outcome) => outcome !== '201 409')).toEqual([]);
    for (const replica of cluster.replicas) {
      const { results } = JSON.parse((await replica.http.send({ path: '/v1/policies' })).text);
      const names = results.map(({ name }: { readonly name: string }) => name);
      expect(names.filter((name: string) => name.startsWith('same_'))).toHaveLength(rounds);
    }
  }, 60_000);

  it('insert a rule once: one 201, one 409', async () => {
    const outcomes = await inRounds((n) =>
      both(
        cluster.replica(1).insertRule('arena', `once(${n})`),
        cluster.replica(2).insertRule('arena', `once(${n})`),
      ),
    );
    report('the same rule on both', outcomes);
    expect(outcomes.filter((outcome) => outcome !== '201 409')).toEqual([]);
    for (const replica of cluster.replicas) {
      const rules = await replica.rules('arena');
      expect(rules.filter((rule) => rule.startsWith('once('))).toHaveLength(rounds);
    }
  }, 60_000);

  it('never make a recursion: one 201, one 400', async () => {
    const outcomes = await inRounds((n) =>
      both(
        cluster.replica(1).insertRule('arena', `p${n}(x) :- q${n}(x)`),
        cluster.replica(2).insertRule('arena', `q${n}(x) :- p${n}(x)`),
      ),
    );
    report('p :- q on one, q :- p on the other', outcomes);
    expect(outcomes.filter((outcome) => outcome !== '201 400')).toEqual([]);
  }, 60_000);

  it('leave no rule without a policy when it is deleted meanwhile', async () => {
    const outcomes = await inRounds(async (n) => {
      const policy = `short_lived_${n}`;
      mustBe(201, await cluster.replica(1).createPolicy(policy, ['p(0)']));
      const [inserted, deleted] = await Promise.all([
        cluster.replica(2).insertRule(policy, 'p(1)'),
        cluster.replica(1).deletePolicy(policy),
      ]);
      expect(await policiesAndRulesLeft(cluster, policy)).toEqual([]);
      return [inserted, deleted];
    });
    report('delete on one, insert on the other', outcomes);
    // The insert came first, or found no policy any more.
    expect(outcomes.filter((outcome) => outcome !== '201 200' && outcome !== '404 200')).toEqual([]);
    expect(await orphanedRules(cluster.databaseUrl)).toEqual([]);
  }, 120_000);
});

/** Of each round the statuses of its two requests, as `201 409`. */
async function inRounds(play: (n: number) => Promise<readonly HttpAnswer[]>): Promise<readonly string[]> {
  const outcomes: string[] = [];
  for (let n = 0; n < rounds; n += 1) {
    outcomes.push((await play(n)).map(({ status }) => status).join(' '));
  }
  return outcomes;
}

/** Both answers, the one with the lower status first: which replica wins is up to them. */
async function both(...requests: readonly Promise<HttpAnswer>[]): Promise<readonly HttpAnswer[]> {
  return (await Promise.all(requests)).sort((a, b) => a.status - b.status);
}

/** What any replica still shows of a deleted policy, also under the same name again. */
async function policiesAndRulesLeft(cluster: TestCluster, policy: string): Promise<readonly string[]> {
  const left: string[] = [];
  for (const replica of cluster.replicas) {
    const shown = await replica.showPolicy(policy);
    if (shown.status !== 404) left.push(`${replica.url} shows ${policy}: ${shown.status}`);
  }
  mustBe(201, await cluster.replica(2).createPolicy(policy));
  for (const replica of cluster.replicas) {
    for (const rule of await replica.rules(policy)) left.push(`${replica.url} has ${rule} in ${policy}`);
  }
  return left;
}

function report(scenario: string, outcomes: readonly string[]): void {
  const counts = new Map<string, number>();
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const shown = [...counts].map(([outcome, count]) => `${count} x ${outcome}`).sort();
  note({ scenario, sent: outcomes.length * 2, failed: 0, note: shown.join(', ') });
}
