/** Integer hashing and array growth shared by the identity set and the indexes of a relation. */

export function hash1(a: number): number {
  const h = Math.imul(a, 0x9e3779b1);
  return h ^ (h >>> 15);
}

export function hash2(a: number, b: number): number {
  const h = Math.imul(a, 0x9e3779b1) + Math.imul(b ^ (b >>> 16), 0x85ebca6b);
  const g = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return g ^ (g >>> 13);
}

/** Hash of any number of ids; of two it is not the same as {@link hash2}. */
export function hashMany(ids: Int32Array): number {
  let h = ids.length;
  for (let i = 0; i < ids.length; i++) h = hash2(h, ids[i]!);
  return h;
}

/** A copy with room for `length` elements. */
export function grown(array: Int32Array, length: number): Int32Array {
  const larger = new Int32Array(length);
  larger.set(array);
  return larger;
}

/** Power of two with at most half of the slots used. */
export function slotsFor(count: number): number {
  return powerOfTwo(count * 2);
}

/** The least power of two that is at least `count` and at least 8. */
export function powerOfTwo(count: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(8, count)));
}
