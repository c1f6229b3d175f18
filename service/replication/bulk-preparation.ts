import type { Clock } from '../base/clock.ts';
import type { Sequence } from '../base/ids.ts';
import type { Json } from '../base/json.ts';
import type { Random } from '../base/random.ts';
import type { Change } from '../policy/change.ts';
import { changeToJson } from '../policy/change-json.ts';
import type { StateStore } from '../store/state-store.ts';
import { beforeCommit, splitWrites } from './bulk-changes.ts';
import { within } from './deadline.ts';
import { type DetachedJson, type DetachedStore, pointerTo } from './detached-json.ts';
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

  /** Rejects with StoreUnavailable or DeadlinePassed; then nothing of it is visible, ever. */
  async prepare(planned: readonly Change[], sequence: Sequence): Promise<PreparedBulk> {
    const { clock, settings, signal } = this.#options;
    return within({ clock, durationMs: settings.bulkWriteDeadlineMs, signal }, async (inner) => {
      const nowMs = clock.nowMs();
      const text = bulkText(planned, sequence);
      const changes = await this.#write(text, nowMs + settings.recordPartsRetentionMs, inner);
      const result = resultOf(planned);
      const keptUntilMs = nowMs + settings.idempotencyTtlMs + dayMs;
      const remembered =
        result === null ? null : await this.#write(JSON.stringify(result), keptUntilMs, inner);
      const { before } = splitWrites(planned, sequence);
      if (before.length > 0) await this.#options.store.writeDetached(before, inner);
      return { text, changes, result: remembered, sequence, planned };
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
    });
  }

  #write(text: string, expiresAtMs: number, signal: AbortSignal): Promise<DetachedJson> {
    return this.#options.detached.write(text, { id: this.#options.random.uuid(), expiresAtMs, signal });
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
