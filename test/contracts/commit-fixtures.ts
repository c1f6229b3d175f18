import type { CommitId, Sequence } from '../../service/base/ids.ts';
import type { JsonObject } from '../../service/base/json.ts';
import type { ChangeRecord, Commit, EntityWrite, StateStore } from '../../service/store/state-store.ts';

/** Never aborted. */
export const signal = new AbortController().signal;

let test = 0;

/** Begins a test: DynamoDB remembers commit ids for ten minutes whatever the table. */
export function freshCommitIds(): void {
  test += 1;
}

/** The commit id of that name in this test. */
export function commitId(name: string): CommitId {
  return `${test}-${name}` as CommitId;
}

/** Commit `commit-<at>` of sequence `at`, with one change and no writes unless told otherwise. */
export function commitOf(
  at: number,
  options: {
    readonly id?: string;
    readonly changes?: readonly string[];
    readonly writes?: readonly EntityWrite[];
  } = {},
): Commit {
  return {
    record: {
      sequence: sequence(at),
      commitId: commitId(options.id ?? `commit-${at}`),
      writer: 'replica-1',
      committedAtMs: 1_900_000_000_000 + at,
      formatVersion: 1,
      changes: options.changes ?? [`change ${at}`],
    },
    writes: options.writes ?? [],
  };
}

export function put(partition: string, id: string, body: JsonObject): EntityWrite & { kind: 'put' } {
  return { kind: 'put', key: { partition, id }, body };
}

/** Records after `after`, at most 100. */
export async function readRecords(
  store: StateStore,
  after: number,
  limit = 100,
): Promise<readonly ChangeRecord[]> {
  return store.readRecords({ after: sequence(after), limit, signal });
}

export function sequencesOf(records: readonly ChangeRecord[]): readonly number[] {
  return records.map((record) => record.sequence);
}

export function sequence(value: number): Sequence {
  return value as Sequence;
}

/** 0 to `count - 1`. */
export function numbered(count: number): readonly number[] {
  return [...Array(count).keys()];
}

/** Five digits. */
export function digits(number: number): string {
  return String(number).padStart(5, '0');
}

/** ASCII text that gzip cannot shrink to less than about 80 %; the same every time. */
export function noise(length: number): string {
  let state = length;
  const codes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    codes[at] = 35 + ((state >>> 16) % 56);
  }
  return codes.toString('latin1');
}
