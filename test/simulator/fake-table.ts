/** An item as the document client shows it. */
export type Item = Readonly<Record<string, unknown>>;

/** Content of one item since a moment; null = deleted. */
interface Version {
  readonly sinceMs: number;
  readonly item: Item | null;
}

interface Slot {
  readonly pk: string;
  readonly sk: string;
  versions: Version[];
  /** A transaction holds it until then. */
  lockedUntilMs: number;
}

/** Longer than any eventually consistent read may lag, so older versions can go. */
const versionsKeptMs = 10_000;

/**
 * Items with their recent past: each becomes visible at a moment of its own, which is what makes reads beside a
 * transaction torn, and an eventually consistent read sees any moment of the last seconds.
 */
export class FakeTable {
  readonly #partitions = new Map<string, Map<string, Slot>>();

  /** The item at that moment. */
  read(pk: string, sk: string, atMs: number): Item | null {
    const slot = this.#partitions.get(pk)?.get(sk);
    return slot === undefined ? null : contentAt(slot, atMs);
  }

  /** The item after everything that was ever decided. */
  newest(pk: string, sk: string): Item | null {
    return this.#partitions.get(pk)?.get(sk)?.versions.at(-1)?.item ?? null;
  }

  locked(pk: string, sk: string, atMs: number): boolean {
    return (this.#partitions.get(pk)?.get(sk)?.lockedUntilMs ?? 0) > atMs;
  }

  /** Visible from `sinceMs` on, which is not before any earlier write of it. */
  write(key: { readonly pk: string; readonly sk: string }, item: Item | null, sinceMs: number): void {
    const slot = this.#slot(key.pk, key.sk);
    slot.versions = slot.versions.filter(
      (_, at) => (slot.versions[at + 1]?.sinceMs ?? Number.POSITIVE_INFINITY) > sinceMs - versionsKeptMs,
    );
    slot.versions.push({ sinceMs, item });
  }

  lock(pk: string, sk: string, untilMs: number): void {
    this.#slot(pk, sk).lockedUntilMs = untilMs;
  }

  /** Sort keys of a partition, ascending by code point, that ever had an item. */
  sortKeys(pk: string): readonly string[] {
    return [...(this.#partitions.get(pk)?.keys() ?? [])].sort(byCodePoint);
  }

  partitionKeys(): readonly string[] {
    return [...this.#partitions.keys()];
  }

  #slot(pk: string, sk: string): Slot {
    let partition = this.#partitions.get(pk);
    if (partition === undefined) {
      partition = new Map();
      this.#partitions.set(pk, partition);
    }
    let slot = partition.get(sk);
    if (slot === undefined) {
      slot = { pk, sk, versions: [], lockedUntilMs: 0 };
      partition.set(sk, slot);
    }
    return slot;
  }
}

function contentAt({ versions }: Slot, atMs: number): Item | null {
  for (let at = versions.length - 1; at >= 0; at -= 1) {
    if (versions[at]!.sinceMs <= atMs) return versions[at]!.item;
  }
  return null;
}

/** The order of UTF-8 bytes, which is that of DynamoDB's string keys. */
function byCodePoint(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
