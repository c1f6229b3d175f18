import type { CommitId, Sequence } from '../../base/ids.ts';
import type { Json, JsonObject } from '../../base/json.ts';
import type { Lease } from '../lease-store.ts';
import type { ChangeRecord, Entity, EntityWrite, Head } from '../state-store.ts';
import type { Gzip } from './gzip.ts';
import { fromJsonAttribute, type JsonAttribute, toJsonAttribute } from './json-attribute.ts';

/**
 * The items of the state table (ARCHITECTURE section 2):
 *   head    pk `sequence`, sk `sequence`: seq, commitId, committedAt (epoch ms), writer, formatVersion
 *   record  pk `change`, sk 16-digit sequence: commitId, committedAt, writer, formatVersion, changes, expiresAt
 *   entity  pk its partition, sk its id: body, expiresAt where it has one, condemned = true when it is
 *   lease   pk `lease`, sk its name: generation, renewal, durationMs, holder unless it was released
 * `changes` and `body` are JSON attributes, `expiresAt` is in epoch seconds.
 */
interface HeadItem {
  readonly seq: number;
  readonly commitId: string;
  readonly committedAt: number;
  readonly writer: string;
  readonly formatVersion: number;
}

export const headKey = { pk: 'sequence', sk: 'sequence' } as const;
export const recordPartition = 'change';

export function recordKey(sequence: Sequence): { readonly pk: string; readonly sk: string } {
  return { pk: recordPartition, sk: String(sequence).padStart(16, '0') };
}

/** The head of a store in which nothing was committed when there is no item. */
export function headFrom(item: Readonly<Record<string, unknown>> | undefined): Head {
  if (item === undefined) {
    return { sequence: 0 as Sequence, commitId: null, committedAtMs: null, writer: null, formatVersion: 0 };
  }
  const { seq, commitId, committedAt, writer, formatVersion } = item as unknown as HeadItem;
  return {
    sequence: seq as Sequence,
    commitId: commitId as CommitId,
    committedAtMs: committedAt,
    writer,
    formatVersion,
  };
}

/** Its time to live counts from `committedAtMs`, so that the same commit gives the same item. */
export async function recordItem(
  record: ChangeRecord,
  options: { readonly recordRetentionMs: number; readonly gzip: Gzip },
): Promise<Record<string, unknown>> {
  return {
    ...recordKey(record.sequence),
    commitId: record.commitId,
    committedAt: record.committedAtMs,
    writer: record.writer,
    formatVersion: record.formatVersion,
    changes: await toJsonAttribute(record.changes, options.gzip),
    expiresAt: epochSeconds(record.committedAtMs + options.recordRetentionMs),
  };
}

export async function recordFrom(item: Readonly<Record<string, unknown>>, gzip: Gzip): Promise<ChangeRecord> {
  return {
    sequence: Number(item.sk) as Sequence,
    commitId: item.commitId as CommitId,
    writer: item.writer as string,
    committedAtMs: item.committedAt as number,
    formatVersion: item.formatVersion as number,
    changes: (await fromJsonAttribute(item.changes as JsonAttribute, gzip)) as readonly Json[],
  };
}

export async function entityItem(
  write: EntityWrite & { readonly kind: 'put' },
  gzip: Gzip,
): Promise<Record<string, unknown>> {
  return {
    pk: write.key.partition,
    sk: write.key.id,
    body: await toJsonAttribute(write.body, gzip),
    ...(write.expiresAtMs === undefined ? {} : { expiresAt: epochSeconds(write.expiresAtMs) }),
  };
}

export async function entityFrom(item: Readonly<Record<string, unknown>>, gzip: Gzip): Promise<Entity> {
  return {
    key: { partition: item.pk as string, id: item.sk as string },
    body: (await fromJsonAttribute(item.body as JsonAttribute, gzip)) as JsonObject,
  };
}

export const leasePartition = 'lease';

export function leaseKey(name: string): { readonly pk: string; readonly sk: string } {
  return { pk: leasePartition, sk: name };
}

export function leaseItem({ name, ...attributes }: Lease): Record<string, unknown> {
  return { ...leaseKey(name), ...attributes };
}

export function leaseFrom(item: Readonly<Record<string, unknown>>): Lease {
  return {
    name: item.sk as string,
    holder: (item.holder as string | undefined) ?? null,
    generation: item.generation as number,
    renewal: item.renewal as number,
    durationMs: item.durationMs as number,
  };
}

/** Rounded up: nothing expires before its time. */
export function epochSeconds(epochMs: number): number {
  return Math.ceil(epochMs / 1_000);
}
