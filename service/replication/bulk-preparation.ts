import type { Clock } from '../base/clock.ts';
import type { Sequence } from '../base/ids.ts';
import type { Json } from '../base/json.ts';
import type { Random } from '../base/random.ts';
import type { Change } from '../policy/change.ts';
import { changeToJson } from '../policy/change-json.ts';
import type { StateStore } from '../store/state-store.ts';
import { beforeCommit, splitWrites } from './bulk-changes.ts';
import { within } from './deadline.ts';
import { type DetachedJson, type DetachedStore, detachedPartition, pointerTo } from './detached-json.ts';
import { noteKey, noteOf, ruleSetsIn } from './leftovers.ts';
import type { ReplicationSettings } from './settings.ts';

const dayMs = 24 * 3_600_000;

/** What lies beside the commit for one large write. Invisible until the commit points to it. */
export interface PreparedBulk {
  /** The changes that were prepared, as JSON text: a later plan that gives another text is prepared anew. */
  readonly text: string;
  readonly changes: DetachedJson;
  /** The result to remember for an Idempotency-Key, when the write has one. */
  readonly result: DetachedJson | null;
  readonly sequence: Sequence;
  readonly planned: readonly Change[];
  /** Of what this and earlier preparations of the write left beside; the commit claims them (leftovers.ts). */
  readonly noteIds: readonly string[];
}

export interface BulkPreparationOptions {
  readonly store: StateStore;
  readonly detached: DetachedStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: ReplicationSettings;
  readonly signal: AbortSignal;
}

/** Writes beside the commit what does not fit into it (see bulk-changes.ts). */
export class BulkPreparation {
  readonly #options: BulkPreparationOptions;

  constructor(options: BulkPreparationOptions) {
    this.#options = options;
  }

  /**
   * `earlier`: what was prepared for an earlier plan of the same write. Rejects with StoreUnavailable or
   * DeadlinePassed; then nothing of it is visible, ever.
   */
  async prepare(
    planned: readonly Change[],
    sequence: Sequence,
    earlier: PreparedBulk | null,
  ): Promise<PreparedBulk> {
    const { clock, random, store, settings, signal } = this.#options;
    return within({ clock, durationMs: settings.bulkWriteDeadlineMs, signal }, async (inner) => {
      const nowMs = clock.nowMs();
      const [noteId, changesId, resultId] = [random.uuid(), random.uuid(), random.uuid()];
      const { before } = splitWrites(planned, sequence);
      const partitions = [...ruleSetsIn(before), detachedPartition(changesId), detachedPartition(resultId)];
      await store.writeDetached([noteOf(noteId, { versions: [], partitions })], inner);
      const text = bulkText(planned, sequence);
      const changesUntilMs = nowMs + settings.recordPartsRetentionMs;
      const changes = await this.#write(text, { id: changesId, expiresAtMs: changesUntilMs, signal: inner });
      const given = resultOf(planned);
      const resultUntilMs = nowMs + settings.idempotencyTtlMs + dayMs;
      const written = { id: resultId, expiresAtMs: resultUntilMs, signal: inner };
      const result = given === null ? null : await this.#write(JSON.stringify(given), written);
      if (before.length > 0) await store.writeDetached(before, inner);
      return { text, changes, result, sequence, planned, noteIds: [...(earlier?.noteIds ?? []), noteId] };
    });
  }

  /** Removes what was prepared for a write that will not be committed. */
  async discard(bulk: PreparedBulk): Promise<void> {
    const { clock, settings, signal, store, detached } = this.#options;
    await within({ clock, durationMs: settings.bulkWriteDeadlineMs, signal }, async (inner) => {
      const { before } = splitWrites(bulk.planned, bulk.sequence);
      const deletes = before.map(({ key }) => ({ kind: 'delete', key }) as const);
      if (deletes.length > 0) await store.writeDetached(deletes, inner);
      await detached.remove(bulk.changes, inner);
      if (bulk.result !== null) await detached.remove(bulk.result, inner);
      const notes = bulk.noteIds.map((id) => ({ kind: 'delete', key: noteKey(id) }) as const);
      await store.writeDetached(notes, inner);
    });
  }

  #write(
    text: string,
    options: { readonly id: string; readonly expiresAtMs: number; readonly signal: AbortSignal },
  ): Promise<DetachedJson> {
    return this.#options.detached.write(text, options);
  }
}

/** The text of the changes as they are written beside the commit: the same for every sequence. */
export function bulkText(planned: readonly Change[], sequence: Sequence): string {
  const beside = planned.filter(isBeside).map((change) => changeToJson(beforeCommit(change, sequence)));
  return JSON.stringify(beside);
}

/** The changes as they are applied, and as they stand in the record. */
export function bulkRecord(
  planned: readonly Change[],
  bulk: PreparedBulk,
): { readonly changes: readonly Change[]; readonly json: readonly Json[] } {
  const changes = planned.map((change): Change => {
    if (change.kind !== 'request-remembered' || bulk.result === null) return change;
    return { ...change, entry: { ...change.entry, result: pointerTo(bulk.result) } };
  });
  const inside = changes.filter((change) => !isBeside(change)).map(changeToJson);
  return {
    changes: [...changes.filter(isBeside), ...changes.filter((each) => !isBeside(each))],
    json: [pointerTo(bulk.changes), ...inside],
  };
}

/** What is remembered of requests depends on the commit's time, so it stays in the record. */
function isBeside(change: Change): boolean {
  return change.kind !== 'request-remembered' && change.kind !== 'request-forgotten';
}

function resultOf(planned: readonly Change[]): Json | null {
  for (const change of planned) if (change.kind === 'request-remembered') return change.entry.result;
  return null;
}
