import type { IdempotencyEntry } from '../policy/entities.ts';

/** More than come with one write, so that forgetting keeps up; few, so that a commit stays small. */
const entriesMax = 8;
/** The old ones come first, so looking further costs time and finds nothing. */
const examinedMax = 256;

/**
 * Some of the entries committed at or before `untilMs` (the writers' wall clocks), oldest first. `entries`
 * come about in order of sequence; one that does not is found later.
 */
export function oldestEntries(
  entries: Iterable<IdempotencyEntry>,
  untilMs: number,
): readonly IdempotencyEntry[] {
  const old: IdempotencyEntry[] = [];
  let examined = 0;
  for (const entry of entries) {
    examined += 1;
    if (examined > examinedMax) break;
    if (entry.committedAtMs <= untilMs) old.push(entry);
  }
  old.sort((left, right) => left.sequence - right.sequence || (left.key < right.key ? -1 : 1));
  return old.slice(0, entriesMax);
}
