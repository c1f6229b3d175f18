/**
 * Pseudo-random choices that depend on the seed only: the same seed gives the same cloud on every machine.
 * The generator is mulberry32 (Tommy Ettinger, public domain): 32 bits of state and three mixing steps.
 */
export class SeededRandom {
  private readonly seed: number;
  private state: number;

  constructor(seed: number) {
    this.seed = seed >>> 0;
    this.state = this.seed;
  }

  /** A stream of its own for one part, so that changing how one part is made does not change the others. */
  fork(label: string): SeededRandom {
    let hash = 2_166_136_261 ^ this.seed;
    for (const character of label) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619);
    return new SeededRandom(hash);
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    const chosen = list[Math.floor(this.next() * list.length)];
    if (chosen === undefined) throw new RangeError('nothing to pick from');
    return chosen;
  }

  /** One of the choices, each with the probability of its share of the sum of weights. */
  weighted<T>(choices: readonly (readonly [choice: T, weight: number])[]): T {
    const sum = choices.reduce((total, [, weight]) => total + weight, 0);
    let left = this.next() * sum;
    for (const [choice, weight] of choices) {
      left -= weight;
      if (left < 0) return choice;
    }
    const last = choices.at(-1);
    if (last === undefined) throw new RangeError('nothing to choose from');
    return last[0];
  }

  /** Lower-case hexadecimal digits; Keystone's ids have 32. */
  hex(digits: number): string {
    let text = '';
    while (text.length < digits)
      text += Math.floor(this.next() * 65_536)
        .toString(16)
        .padStart(4, '0');
    return text.slice(0, digits);
  }

  /** Shaped like a version 4 UUID; the ids of Nova and Neutron. */
  uuid(): string {
    const hex = this.hex(32);
    const variant = (8 + Math.floor(this.next() * 4)).toString(16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
}
