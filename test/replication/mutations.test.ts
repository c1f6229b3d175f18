import type { CommitId, Sequence } from '../../service/base/ids.ts';
import type { Json } from '../../service/base/json.ts';
import type { Planned, Write } from '../../service/policy/write.ts';
import type { ChangeRecord, Head, StateStore } from '../../service/store/state-store.ts';
import { type Cluster, never, overridden } from './cluster.ts';
import { runScenario, type ScenarioOptions } from './scenario.ts';

/**
 * Each safety mechanism switched off, one at a time: the scenario that keeps all promises with it must break
 * one without it. A scenario that cannot fail proves nothing.
 */
const seedsMax = 60;

/** The first seed at which something goes wrong, or null. */
async function firstBrokenSeed(mutation: Omit<ScenarioOptions, 'seed'>): Promise<number | null> {
  for (let seed = 1; seed <= seedsMax; seed += 1) {
    if ((await runScenario({ ...mutation, seed })).length > 0) return seed;
  }
  return null;
}

/** A replica that takes the head for the log: what it does not see it counts as applied. */
function skippingHoles(store: StateStore): StateStore {
  return overridden(store, {
    readRecords: async (options) => {
      const head = await store.readHead({ consistency: 'strong', signal: never });
      const found = new Map((await store.readRecords(options)).map((record) => [record.sequence, record]));
      const wanted = Array.from(
        { length: head.sequence - options.after },
        (_, index) => options.after + 1 + index,
      );
      return wanted.map((sequence) => found.get(sequence as Sequence) ?? emptyRecord(sequence, head));
    },
  });
}

function emptyRecord(sequence: number, head: Head): ChangeRecord {
  return {
    sequence: sequence as Sequence,
    commitId: `skipped-${sequence}` as CommitId,
    writer: head.writer ?? '',
    committedAtMs: 0,
    formatVersion: 1,
    changes: [],
  };
}

/** A store that puts a commit after whatever is there, instead of refusing it. */
function withoutCondition(store: StateStore, cluster: () => Cluster): StateStore {
  return overridden(store, {
    commit: async (commit, signal) => {
      const outcome = await store.commit(commit, signal);
      if (outcome.kind === 'committed') return outcome;
      const { sequence } = await cluster().store.readHead({ consistency: 'strong', signal: never });
      return store.commit(
        { ...commit, record: { ...commit.record, sequence: (sequence + 1) as Sequence } },
        signal,
      );
    },
  });
}

/** A replica that retries with a new token each time. */
function withNewTokens(store: StateStore): StateStore {
  let tokens = 0;
  return overridden(store, {
    commit: (commit, signal) => {
      tokens += 1;
      const commitId = `${commit.record.commitId.slice(0, 20)}-${tokens}` as CommitId;
      return store.commit({ ...commit, record: { ...commit.record, commitId } }, signal);
    },
  });
}

/** A replica that lets requests share a read of the head that started before they came. */
function sharingEarlierReads(store: StateStore, cluster: () => Cluster): StateStore {
  let last: { readonly head: Promise<Head>; readonly startedMs: number } | null = null;
  return overridden(store, {
    readHead: (options) => {
      const nowMs = cluster().clock.monotonicMs();
      if (options.consistency === 'eventual') return store.readHead(options);
      if (last === null || nowMs - last.startedMs > 40)
        last = { head: store.readHead(options), startedMs: nowMs };
      return last.head;
    },
  });
}

/** A replica that commits a rule which was fine when it came, whatever was committed since. */
function plannedOnce<Result extends Json>(write: Write<Result>): Write<Result> {
  let first: Planned<Result> | null = null;
  return {
    name: write.name,
    plan: (catalog, at) => {
      const [change] = first?.changes ?? [];
      const isRule = change?.kind === 'rule-inserted' && change.rule.formula.kind === 'rule';
      if (first !== null && isRule && !catalog.ruleOfStatement(change.rule.policyId, change.rule.formula)) {
        return { ...first, changes: [{ ...change, rule: { ...change.rule, createdAt: at } }] };
      }
      first = write.plan(catalog, at);
      return first;
    },
  };
}

describe('without', () => {
  it.each<[string, Omit<ScenarioOptions, 'seed'>]>([
    ['the rule that only a contiguous prefix is applied', { wrapStore: skippingHoles }],
    ['the condition on the sequence', { wrapStore: withoutCondition }],
    ['planning again after a conflict', { wrapWrite: plannedOnce }],
    ['the same token on every retry', { wrapStore: withNewTokens }],
    ['a head read that started after the request came', { wrapStore: sharingEarlierReads }],
  ])(
    '%s a promise is broken',
    async (_, mutation) => {
      const seed = await firstBrokenSeed(mutation);
      expect(seed).not.toBeNull();
    },
    120_000,
  );
});
