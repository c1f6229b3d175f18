import type { Relation } from './relation.ts';
import type { RowList } from './row-list.ts';

/** A relation that is asked about one tuple at a time. */
export interface TupleCheck {
  /** Scratch for the tuple of {@link TupleCheck.holds}. */
  readonly tuple: Int32Array;
  holds(): boolean;
}

/** Takes tuples of ids; those of two columns through `emit2`, others through `probe`. */
interface TupleSink {
  readonly probe: Int32Array;
  emit2(a: number, b: number, sign: number): void;
  emitProbe(sign: number): void;
}

/** A derived relation that is not stored (see virtual-view.ts). */
export interface VirtualRelation extends TupleCheck {
  /** Tuples whose truth may have changed in the running batch; empty in between. */
  readonly touched: Relation;
  /** Notes every tuple that `emit` hands to its sink, with the truth it has now. */
  touch(emit: (sink: TupleSink) => void): void;
  /** Rows of `touched` that hold now and did not before, and the other way round. */
  flips(): { readonly inserted: RowList; readonly deleted: RowList };
  /** The new truth is the one that readers see from now on. */
  settle(): void;
}
