import { assert } from '../base/assert.ts';
import {
  changeRecordBytesMax,
  commitBytesMax,
  commitIdLengthMax,
  entityBytesMax,
  entityIdBytesMax,
  partitionBytesMax,
  writesPerCommitMax,
} from '../base/limits.ts';
import { CommitTooLarge } from './problems.ts';
import type { Commit, EntityKey, EntityWrite } from './state-store.ts';

/**
 * Holds a commit against the bounds that every store shares, so that the memory store refuses what DynamoDB
 * would refuse. Sizes are those of the JSON texts in UTF-8. Throws CommitTooLarge; anything else out of
 * bounds is a bug of the caller.
 */
export function checkCommit(commit: Commit): void {
  const { record, writes, leases = [], claims = [] } = commit;
  assert(record.sequence >= 1, 'the first record has sequence 1');
  assert(record.commitId.length >= 1, 'a commit has an id');
  assert(record.commitId.length <= commitIdLengthMax, 'a commit id fits a DynamoDB ClientRequestToken');
  assert(writes.length <= writesPerCommitMax, 'the writes fit one DynamoDB transaction');
  const conditions = leases.length + claims.length;
  assert(writes.length + conditions <= writesPerCommitMax + 1, 'leases and claims fit the transaction, too');
  assert(new Set(leases.map(({ name }) => name)).size === leases.length, 'each lease is a condition once');
  const recordBytes = jsonBytes(record.changes);
  if (recordBytes > changeRecordBytesMax) {
    throw new CommitTooLarge('change record', { bytes: recordBytes, bytesMax: changeRecordBytesMax });
  }
  const deletes = claims.map((key): EntityWrite => ({ kind: 'delete', key }));
  const bytes = recordBytes + checkWrites([...writes, ...deletes]);
  if (bytes > commitBytesMax) throw new CommitTooLarge('commit', { bytes, bytesMax: commitBytesMax });
}

/**
 * Holds entity writes against the bounds of an item and of its key, and that each key is there once. Answers
 * their size in bytes. Throws CommitTooLarge.
 */
export function checkWrites(writes: readonly EntityWrite[]): number {
  const seen = new Set<string>();
  let total = 0;
  for (const write of writes) {
    const name = checkKey(write.key);
    assert(!seen.has(name), 'each key is written once');
    seen.add(name);
    if (write.kind === 'delete') continue;
    const bytes = jsonBytes(write.body);
    if (bytes > entityBytesMax) {
      throw new CommitTooLarge(`entity \`${write.key.id}\``, { bytes, bytesMax: entityBytesMax });
    }
    total += bytes;
  }
  return total;
}

function checkKey(key: EntityKey): string {
  assert(key.partition !== '' && key.id !== '', 'a key has a partition and an id');
  assert(
    !reservedPartitions.has(key.partition),
    'entities keep out of the sequence, the change log and the leases',
  );
  assert(Buffer.byteLength(key.partition) <= partitionBytesMax, 'a partition fits a DynamoDB partition key');
  assert(Buffer.byteLength(key.id) <= entityIdBytesMax, 'an entity id fits a DynamoDB sort key');
  return JSON.stringify([key.partition, key.id]);
}

const reservedPartitions: ReadonlySet<string> = new Set(['sequence', 'change', 'lease']);

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
