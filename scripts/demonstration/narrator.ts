/** A check that the demonstration promises failed. */
export class CheckFailed extends Error {}

/** Numbered steps with their durations, and checks that end the demonstration when they fail. */
export class Narrator {
  private step = 0;
  private readonly startedAt = performance.now();

  /** Prints the title, does the work, prints how long it took. */
  async tell<Result>(title: string, work: () => Promise<Result> | Result): Promise<Result> {
    this.step += 1;
    console.log(`\n${this.step}. ${title}`);
    const startedAt = performance.now();
    const result = await work();
    this.say(`(${milliseconds(performance.now() - startedAt)})`);
    return result;
  }

  /** A line below the title of the step. */
  say(line: string): void {
    console.log(`   ${line}`);
  }

  check(condition: boolean, claim: string): void {
    if (!condition) throw new CheckFailed(`this should be true and is not: ${claim}`);
    this.say(`ok: ${claim}`);
  }

  end(): void {
    console.log(`\nAll checks passed in ${milliseconds(performance.now() - this.startedAt)}.`);
  }
}

/** Milliseconds, or seconds when there are many. */
export function milliseconds(duration: number): string {
  return duration < 10_000 ? `${Math.round(duration)} ms` : `${(duration / 1000).toFixed(1)} s`;
}
