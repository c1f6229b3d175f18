import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { CommitId, Sequence } from '../base/ids.ts';
import type { JsonObject } from '../base/json.ts';
import type { Entity, EntityWrite } from '../store/state-store.ts';

/**
 * The entities of one sequence as a file of lines:
 *
 *     header   JSON: layout, sequence, commit id, digest of the catalog, ...
 *     entity   `["partition","id"]`, a tab, the body as JSON; each key once, in any order
 *     footer   JSON: number of entities, SHA-256 over all bytes before this line
 *
 * A new file is made of the one before and of what was written since, line by line: no body is parsed again.
 */
export interface SnapshotHeader {
  readonly kind: 'congress-snapshot';
  readonly layout: typeof snapshotLayout;
  readonly sequence: Sequence;
  /** Of the record at `sequence`; null at 0. */
  readonly commitId: CommitId | null;
  /** Newest format version of the log up to there. */
  readonly formatVersion: number;
  /** Of the catalog that the entities make. */
  readonly digest: string;
  /** Wall clock of this host. */
  readonly takenAtMs: number;
}

export interface Snapshot {
  readonly header: SnapshotHeader;
  readonly entities: readonly Entity[];
}

/** Raised when the lines change; a file of another layout is not read. */
export const snapshotLayout = 1;

/** The file is not whole, or not of this layout. */
export class SnapshotUnusable extends Error {
  override readonly name = 'SnapshotUnusable';
}

/** Lines between two turns of the event loop. */
const linesPerTurn = 1_000;
const newline = 0x0a;

/** The bytes of the file: `before` (null for none) with the writes made since, in order. Throws SnapshotUnusable. */
export async function* snapshotBytes(
  header: SnapshotHeader,
  content: {
    readonly before: Uint8Array | null;
    readonly writes: Iterable<EntityWrite>;
    readonly clock: Clock;
  },
): AsyncGenerator<Uint8Array> {
  const { before, clock } = content;
  const hash = createHash('sha256');
  const lines = mergedLines(before, lastLines(content.writes));
  let piece = [JSON.stringify(header)];
  let entities = 0;
  const packed = (): Uint8Array => {
    const bytes = Buffer.from(`${piece.join('\n')}\n`);
    hash.update(bytes);
    piece = [];
    return bytes;
  };
  for (const line of lines) {
    piece.push(line);
    entities += 1;
    if (piece.length < linesPerTurn) continue;
    yield packed();
    await clock.sleep(0);
  }
  if (piece.length > 0) yield packed();
  yield Buffer.from(`${JSON.stringify({ entities, sha256: hash.digest('hex') })}\n`);
}

/** What the file says. Throws SnapshotUnusable. */
export function readSnapshot(bytes: Uint8Array): Snapshot {
  const [first = '', ...lines] = checkedLines(bytes);
  return { header: headerFrom(first), entities: lines.map(entityFrom) };
}

function* mergedLines(
  before: Uint8Array | null,
  since: ReadonlyMap<string, string | null>,
): Generator<string> {
  if (before !== null) {
    const lines = checkedLines(before);
    headerFrom(lines.next().value ?? '');
    for (const line of lines) if (!since.has(keyOf(line))) yield line;
  }
  for (const line of since.values()) if (line !== null) yield line;
}

/** By key, the line of the last write; null for what was deleted. */
function lastLines(writes: Iterable<EntityWrite>): ReadonlyMap<string, string | null> {
  const last = new Map<string, string | null>();
  for (const write of writes) {
    const key = JSON.stringify([write.key.partition, write.key.id]);
    last.set(key, write.kind === 'put' ? `${key}\t${JSON.stringify(write.body)}` : null);
  }
  return last;
}

/** All lines but the footer, when the footer says so. JSON escapes tabs and line breaks. */
function* checkedLines(bytes: Uint8Array): Generator<string, undefined> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = buffer.lastIndexOf(newline, buffer.length - 2) + 1;
  const footer = parsed(buffer.toString('utf8', end)) as { readonly sha256?: unknown };
  const sha256 = createHash('sha256').update(buffer.subarray(0, end)).digest('hex');
  if (footer.sha256 !== sha256) throw new SnapshotUnusable('the snapshot is damaged or not complete');
  for (let start = 0; start < end; ) {
    const stop = buffer.indexOf(newline, start);
    yield buffer.toString('utf8', start, stop);
    start = stop + 1;
  }
}

function headerFrom(line: string): SnapshotHeader {
  const header = parsed(line) as Partial<SnapshotHeader>;
  if (header.kind !== 'congress-snapshot' || header.layout !== snapshotLayout) {
    throw new SnapshotUnusable('the snapshot has a layout that this build does not know');
  }
  return header as SnapshotHeader;
}

function keyOf(line: string): string {
  return line.slice(0, line.indexOf('\t'));
}

function entityFrom(line: string): Entity {
  const [partition, id] = JSON.parse(keyOf(line)) as [string, string];
  return { key: { partition, id }, body: JSON.parse(line.slice(line.indexOf('\t') + 1)) as JsonObject };
}

function parsed(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch (error) {
    throw new SnapshotUnusable('the snapshot is damaged or not complete', { cause: error });
  }
}
