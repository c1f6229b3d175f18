import type { Sequence } from '../base/ids.ts';
import type { Heartbeat } from './heartbeat.ts';

const digestsKept = 256;

/** What the digests of the others say about this replica. */
export type DigestVerdict =
  /** Nobody differs, or nobody is at a sequence that is remembered here. */
  | { readonly kind: 'equal' }
  /** Somebody differs; `odd`: no majority at that sequence agrees with this replica. */
  | {
      readonly kind: 'different';
      readonly sequence: Sequence;
      readonly replicas: readonly string[];
      readonly odd: boolean;
    };

/**
 * Compares the catalog of this replica with those of the others. The same sequence has the same digest
 * everywhere; where it has not, a change was lost, applied twice or understood in two ways.
 */
export class DigestCheck {
  readonly #digests = new Map<Sequence, string>();

  /** The digest here at a sequence; the last ones are remembered, because others are a little ahead or behind. */
  remember(sequence: Sequence, digest: string): void {
    this.#digests.set(sequence, digest);
    const [oldest] = this.#digests.keys();
    if (this.#digests.size > digestsKept && oldest !== undefined) this.#digests.delete(oldest);
  }

  /** After a reload: what was remembered is of another state. */
  forget(): void {
    this.#digests.clear();
  }

  /** `others`: heartbeats of live replicas, without this one's. The newest sequence with a difference is told. */
  compare(others: readonly Heartbeat[]): DigestVerdict {
    const comparable = others.filter(({ applied }) => this.#digests.has(applied));
    const differing = comparable.filter(({ applied, digest }) => this.#digests.get(applied) !== digest);
    const [first] = [...differing].sort((left, right) => right.applied - left.applied);
    if (first === undefined) return { kind: 'equal' };
    const sequence = first.applied;
    const there = comparable.filter(({ applied }) => applied === sequence);
    const own = this.#digests.get(sequence);
    const agreeing = 1 + there.filter(({ digest }) => digest === own).length;
    return {
      kind: 'different',
      sequence,
      replicas: differing.filter(({ applied }) => applied === sequence).map(({ replica }) => replica),
      odd: agreeing * 2 <= there.length + 1,
    };
  }
}
