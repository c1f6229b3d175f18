import type { DataSourceId } from '../base/ids.ts';
import type { Json, JsonObject } from '../base/json.ts';
import type { Change } from '../policy/change.ts';
import type { TableVersion } from '../policy/entities.ts';
import type { EntityKey, EntityWrite } from '../store/state-store.ts';

/**
 * Collecting what a crash leaves over: chunks, rule items and detached JSON that lie beside the log and that no commit
 * points to, because their writer died before its commit, or after it and before it cleaned up.
 *
 * Terms: a *note* is an item in the partition `leftover` that says what lies where. Everything it names has a name
 * that is used once (a random version, a random policy id), so what is collected is never what somebody else writes.
 *
 *     writer      note -> what it names -> commit, which claims the note (deletes it, if it is there and not condemned)
 *     committer   commit, which puts a note of what it supersedes -> lets that go -> deletes the note
 *     collector   sees a note for longer than any write may take -> condemns it -> lets go what it names -> deletes it
 *
 * Why nothing is collected that a commit points to or will point to: claim and condemnation are both conditional
 * writes of the one note, so exactly one comes first. Claimed first: the note is gone, condemning answers so, and the
 * collector leaves everything alone. Condemned first: the commit that claims it fails as a whole, for ever. A note of
 * something superseded is of something that no later commit can point to again. The time that the collector waits
 * decides only how slow a writer may be, not what is right; every step may be repeated after a crash of the collector.
 *
 * Costs one write unit per table pushed or large write, and two in its transaction.
 */
export interface Leftovers {
  /** Chunks, which then expire after the time for replicas that lag. */
  readonly versions: readonly ChunkedVersion[];
  /** Partitions of which every item goes. */
  readonly partitions: readonly string[];
}

export type ChunkedVersion = Pick<TableVersion, 'dataSourceId' | 'table' | 'version' | 'chunks'>;

export const leftoverPartition = 'leftover';

/** The write of a note. */
export function noteOf(id: string, { versions, partitions }: Leftovers): EntityWrite {
  const kept = versions.map(({ dataSourceId, table, version, chunks }) => ({
    dataSourceId,
    table,
    version,
    chunks,
  }));
  return { kind: 'put', key: noteKey(id), body: { versions: kept, partitions } };
}

export function noteKey(id: string): EntityKey {
  return { partition: leftoverPartition, id };
}

/** What a note names. */
export function leftoversFrom(body: JsonObject): Leftovers {
  const versions = (body.versions as readonly JsonObject[]).map(versionFrom);
  return { versions, partitions: body.partitions as readonly string[] };
}

/**
 * What a commit of these changes supersedes, and `after` of it that it does not delete itself; null when nothing. Only
 * sets of rules are named by their partition: the id of a data source may be used again.
 */
export function supersededBy(changes: readonly Change[], after: readonly EntityWrite[]): Leftovers | null {
  const versions = changes.flatMap(supersededVersions).filter(({ chunks }) => chunks > 0);
  const partitions = [...new Set(after.map(({ key }) => key.partition))].filter(isRuleSet);
  return versions.length + partitions.length === 0 ? null : { versions, partitions };
}

/** Partitions of rule sets among the writes. */
export function ruleSetsIn(writes: readonly EntityWrite[]): readonly string[] {
  return [...new Set(writes.map(({ key }) => key.partition))].filter(isRuleSet);
}

function supersededVersions(change: Change): readonly TableVersion[] {
  if (change.kind === 'table-replaced') return change.before === null ? [] : [change.before];
  if (change.kind === 'data-source-updated') return change.dropped;
  return change.kind === 'data-source-deleted' ? change.tables : [];
}

function isRuleSet(partition: string): boolean {
  return partition.startsWith('rules#');
}

function versionFrom(json: Json): ChunkedVersion {
  const { dataSourceId, table, version, chunks } = json as JsonObject;
  return {
    dataSourceId: dataSourceId as DataSourceId,
    table: table as string,
    version: version as string,
    chunks: chunks as number,
  };
}
