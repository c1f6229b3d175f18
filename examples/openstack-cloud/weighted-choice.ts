import type { SeededRandom } from './seeded-random.ts';

/** A choice made many times among many: the weights are summed once, each pick is a binary search. */
export class WeightedChoice<T> {
  private readonly choices: readonly T[];
  /** Sum of the weights up to and including each choice. */
  private readonly sums: readonly number[];

  constructor(choices: readonly T[], weightOf: (choice: T) => number) {
    let sum = 0;
    this.choices = choices;
    this.sums = choices.map((choice) => {
      sum += weightOf(choice);
      return sum;
    });
  }

  /** Throws RangeError when there is nothing to choose from. */
  pick(random: SeededRandom): T {
    const target = random.next() * (this.sums.at(-1) ?? 0);
    let low = 0;
    let high = this.sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.sums[middle] ?? 0) > target) high = middle;
      else low = middle + 1;
    }
    const chosen = this.choices[low];
    if (chosen === undefined) throw new RangeError('nothing to choose from');
    return chosen;
  }
}
