import { assert } from '../base/assert.ts';
import type { CommitId, ReplicaId } from '../base/ids.ts';
import type { Json } from '../base/json.ts';
import type { Change } from '../policy/change.ts';
import { changeToJson } from '../policy/change-json.ts';
import { entityWrites } from '../policy/entity-writes.ts';
import type { Commit, EntityKey, EntityWrite } from '../store/state-store.ts';
import { lastOfEachKey, splitWrites } from './bulk-changes.ts';
import { bulkRecord, type PreparedBulk } from './bulk-preparation.ts';
import type { NotedLeftovers } from './cleanup.ts';
import type { GroupPlan } from './group-plan.ts';
import { noteOf, supersededBy } from './leftovers.ts';

export interface AssembledCommit {
  readonly commit: Commit;
  /** What the record means, to be applied here. */
  readonly changes: readonly Change[];
  /** To be made once the commit is durable. */
  readonly after: readonly EntityWrite[];
  /** To be let go once the commit is durable; noted in it. */
  readonly superseded: NotedLeftovers | null;
}

export interface AssembleOptions {
  readonly commitId: CommitId;
  readonly writer: ReplicaId;
  /** What was prepared for a plan that needs it. */
  readonly bulk: PreparedBulk | null;
  readonly claims: readonly EntityKey[];
  readonly formatVersion: number;
}

/** What is sent to the store for a planned group. */
export function assembleCommit(plan: GroupPlan, by: AssembleOptions): AssembledCommit {
  const { changes, json, inCommit, after } = contentOf(plan, by.bulk);
  const leftovers = supersededBy(changes, after);
  // A commit has one note at most, so its own id names it.
  const superseded = leftovers === null ? null : { noteId: by.commitId, leftovers };
  const record = {
    sequence: plan.sequence,
    commitId: by.commitId,
    writer: by.writer,
    committedAtMs: plan.committedAtMs,
    formatVersion: by.formatVersion,
    changes: json,
  };
  const commit: Commit = {
    record,
    writes: superseded === null ? inCommit : [...inCommit, noteOf(superseded.noteId, superseded.leftovers)],
    ...(by.claims.length === 0 ? {} : { claims: by.claims }),
    ...(plan.leases.length === 0 ? {} : { leases: plan.leases }),
  };
  return { commit, changes, after, superseded };
}

interface Content {
  readonly changes: readonly Change[];
  readonly json: readonly Json[];
  readonly inCommit: readonly EntityWrite[];
  readonly after: readonly EntityWrite[];
}

function contentOf({ changes, sequence, bulk: isBulk }: GroupPlan, bulk: PreparedBulk | null): Content {
  if (!isBulk) {
    const inCommit = lastOfEachKey(changes.flatMap((change) => entityWrites(change)));
    return { changes, json: changes.map(changeToJson), inCommit, after: [] };
  }
  assert(bulk !== null, 'a large write is prepared before it is committed');
  const recorded = bulkRecord(changes, bulk);
  return { ...recorded, ...splitWrites(recorded.changes, sequence) };
}
