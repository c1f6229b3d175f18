import { assert } from '../base/assert.ts';
import type { CommitId, ReplicaId } from '../base/ids.ts';
import type { Change } from '../policy/change.ts';
import { changeToJson } from '../policy/change-json.ts';
import { entityWrites } from '../policy/entity-writes.ts';
import type { Commit, EntityWrite } from '../store/state-store.ts';
import { lastOfEachKey, splitWrites } from './bulk-changes.ts';
import { bulkRecord, type PreparedBulk } from './bulk-preparation.ts';
import type { GroupPlan } from './group-plan.ts';

export interface AssembledCommit {
  readonly commit: Commit;
  /** What the record means, to be applied here. */
  readonly changes: readonly Change[];
  /** To be made once the commit is durable. */
  readonly after: readonly EntityWrite[];
}

/** What is sent to the store for a planned group. `bulk` is what was prepared for a plan that needs it. */
export function assembleCommit(
  plan: GroupPlan,
  by: {
    readonly commitId: CommitId;
    readonly writer: ReplicaId;
    readonly bulk: PreparedBulk | null;
    readonly formatVersion: number;
  },
): AssembledCommit {
  const envelope = {
    sequence: plan.sequence,
    commitId: by.commitId,
    writer: by.writer,
    committedAtMs: plan.committedAtMs,
    formatVersion: by.formatVersion,
  };
  const conditions = plan.leases.length === 0 ? {} : { leases: plan.leases };
  if (!plan.bulk) {
    const writes = lastOfEachKey(plan.changes.flatMap((change) => entityWrites(change)));
    const record = { ...envelope, changes: plan.changes.map(changeToJson) };
    return { commit: { record, writes, ...conditions }, changes: plan.changes, after: [] };
  }
  assert(by.bulk !== null, 'a large write is prepared before it is committed');
  const { changes, json } = bulkRecord(plan.changes, by.bulk);
  const { inCommit, after } = splitWrites(changes, plan.sequence);
  const record = { ...envelope, changes: json };
  return { commit: { record, writes: inCommit, ...conditions }, changes, after };
}
