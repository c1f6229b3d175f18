import { type DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { CommitId, Sequence } from '../../service/base/ids.ts';
import type { Json } from '../../service/base/json.ts';
import type { Planned, Write } from '../../service/policy/write.ts';
import type { ReplicaPort } from '../../service/replication/replica-port.ts';
import { StoreUnavailable, UnknownOutcome } from '../../service/store/problems.ts';
import type { ChangeRecord, Head, StateStore } from '../../service/store/state-store.ts';
import { overridden } from '../support/overridden.ts';

/** One safety mechanism switched off from outside, by what stands around the real code. */
export interface Mutation {
  /** What is missing. */
  readonly name: string;
  readonly wrapClient?: (client: DynamoDBDocumentClient) => DynamoDBDocumentClient;
  /** For one start of one replica; `nowMs`: its monotonic time. */
  readonly wrapStore?: (nowMs: () => number) => (store: StateStore) => StateStore;
  readonly wrapWrite?: <Result extends Json>(write: Write<Result>) => Write<Result>;
  readonly wrapPort?: (port: ReplicaPort) => ReplicaPort;
}

/** The real thing. */
export const noMutation: Mutation = { name: 'nothing' };

/** A replica that takes the head for the log: what it does not see it counts as applied. */
const withoutContiguousPrefix: Mutation = {
  name: 'contiguous-prefix',
  wrapStore: () => (store) =>
    overridden(store, {
      readRecords: async (options) => {
        const head = await store.readHead({ consistency: 'strong', signal: options.signal });
        const found = new Map((await store.readRecords(options)).map((record) => [record.sequence, record]));
        const length = Math.max(0, head.sequence - options.after);
        return Array.from({ length }, (_, index) => {
          const sequence = (options.after + 1 + index) as Sequence;
          return found.get(sequence) ?? emptyRecord(sequence, head);
        });
      },
    }),
};

function emptyRecord(sequence: Sequence, head: Head): ChangeRecord {
  const commitId = `skipped-${sequence}` as CommitId;
  return { sequence, commitId, writer: head.writer ?? '', committedAtMs: 0, formatVersion: 1, changes: [] };
}

/** Commits that do not ask whether the head is where they were planned. */
const withoutCondition: Mutation = {
  name: 'condition-on-the-sequence',
  wrapClient: (client) =>
    changingTransactions(client, (items) =>
      items.map(({ Update, Put, ...rest }) => ({
        ...rest,
        ...(Update === undefined ? {} : { Update: { ...Update, ConditionExpression: undefined } }),
        ...(Put === undefined ? {} : { Put: { ...Put, ConditionExpression: undefined } }),
      })),
    ),
};

/** Commits of a lease's holder that do not ask whether it still is the holder. */
const withoutFencing: Mutation = {
  name: 'fencing',
  wrapClient: (client) =>
    changingTransactions(client, (items) =>
      items.filter(({ ConditionCheck }) => ConditionCheck === undefined),
    ),
};

/** A write that is planned once, and committed as it was planned whatever was committed since. */
const withoutPlanningAgain: Mutation = {
  name: 'planning-again-after-conflict',
  wrapWrite: (write) => {
    let first: Planned<never> | null = null;
    return {
      name: write.name,
      plan: (catalog, at) => {
        const [change] = first?.changes ?? [];
        const isRule =
          change?.kind === 'rule-inserted' && catalog.policyByIdOrName(change.rule.policyId) !== undefined;
        if (first !== null && isRule && !catalog.ruleOfStatement(change.rule.policyId, change.rule.formula)) {
          return { ...first, changes: [{ ...change, rule: { ...change.rule, createdAt: at } }] };
        }
        const planned = write.plan(catalog, at);
        first = planned as Planned<never>;
        return planned;
      },
    };
  },
};

/** Every attempt at a commit has a token and a commit id of its own. */
const withoutSameToken: Mutation = {
  name: 'same-token-on-retry',
  wrapStore: () => {
    let attempts = 0;
    return (store) =>
      overridden(store, {
        commit: (commit, signal) => {
          attempts += 1;
          const commitId = `${commit.record.commitId.slice(0, 24)}-${attempts}` as CommitId;
          return store.commit({ ...commit, record: { ...commit.record, commitId } }, signal);
        },
      });
  },
};

/** A request that shares a read of the head which began before it came. */
const withSharedEarlierRead: Mutation = {
  name: 'head-read-begun-after-arrival',
  wrapStore: (nowMs) => {
    let last: { readonly head: Promise<Head>; readonly beganMs: number } | null = null;
    return (store) =>
      overridden(store, {
        readHead: (options) => {
          if (options.consistency !== 'strong') return store.readHead(options);
          if (last === null || nowMs() - last.beganMs > 30) {
            last = { head: store.readHead(options), beganMs: nowMs() };
          }
          return last.head;
        },
      });
  },
};

/** Linearizable reads that are content with an eventually consistent head. */
const withEventualHeads: Mutation = {
  name: 'strong-read-of-the-head',
  wrapStore: () => (store) =>
    overridden(store, {
      readHead: (options) =>
        store.readHead(options.consistency === 'strong' ? { ...options, consistency: 'eventual' } : options),
    }),
};

/** A load between strong reads of the head, which do not wait for the end of a transaction. */
const withoutSettledHeads: Mutation = {
  name: 'settled-head-while-loading',
  wrapStore: () => (store) =>
    overridden(store, {
      readHead: (options) =>
        store.readHead(options.consistency === 'settled' ? { ...options, consistency: 'strong' } : options),
    }),
};

/** A replica that shows a record as soon as it sees it, although no head counts it yet. */
const beyondTheHead: Mutation = {
  name: 'nothing-beyond-a-head-that-was-read',
  wrapStore: () => {
    let seen = 0;
    return (store) =>
      overridden(store, {
        readRecords: async (options) => {
          const records = await store.readRecords(options);
          const prefix = records.filter(({ sequence }, index) => sequence === options.after + 1 + index);
          seen = Math.max(seen, prefix.at(-1)?.sequence ?? 0);
          return records;
        },
        readHead: async (options) => {
          const head = await store.readHead(options);
          return { ...head, sequence: Math.max(seen, head.sequence) as Sequence };
        },
      });
  },
};

/** An unknown outcome that is taken for a failure. */
const withoutResolvingOutcomes: Mutation = {
  name: 'resolving-unknown-outcomes',
  wrapStore: () => (store) =>
    overridden(store, {
      commit: async (commit, signal) => {
        try {
          return await store.commit(commit, signal);
        } catch (error) {
          if (!(error instanceof UnknownOutcome)) throw error;
          throw new StoreUnavailable('taken for a failure', { reason: 'access-denied' });
        }
      },
    }),
};

/** A replica that does not remember which requests it has answered. */
const withoutIdempotency: Mutation = {
  name: 'remembered-requests',
  wrapPort: (port) =>
    overridden(port, {
      write: (write, { idempotency: _, ...options }) => port.write(write, options),
      replaceRows: (request, { idempotency: _, ...options }) => port.replaceRows(request, options),
    }),
};

/** A replica that does not wait for the sequence that a client has seen. */
const withoutTokens: Mutation = {
  name: 'waiting-for-the-token',
  wrapPort: (port) =>
    overridden(port, {
      awaitConsistency: (consistency, signal) =>
        port.awaitConsistency(consistency.kind === 'at-least' ? { kind: 'bounded' } : consistency, signal),
    }),
};

/** All of them, by what is missing. */
export const mutations: readonly Mutation[] = [
  withoutContiguousPrefix,
  withoutCondition,
  withoutPlanningAgain,
  withoutSameToken,
  withSharedEarlierRead,
  withEventualHeads,
  withoutSettledHeads,
  beyondTheHead,
  withoutResolvingOutcomes,
  withoutIdempotency,
  withoutTokens,
  withoutFencing,
];

type TransactItems = NonNullable<TransactWriteCommand['input']['TransactItems']>;

function changingTransactions(
  client: DynamoDBDocumentClient,
  change: (items: TransactItems) => readonly object[],
): DynamoDBDocumentClient {
  const send = client.send.bind(client) as (command: object, options: object) => Promise<unknown>;
  return overridden(client, {
    send: ((command: object, options: object) => {
      if (!(command instanceof TransactWriteCommand)) return send(command, options);
      const items = change(command.input.TransactItems ?? []) as TransactItems;
      return send(new TransactWriteCommand({ ...command.input, TransactItems: items }), options);
    }) as never,
  });
}
