import type { Plan } from './plan.ts';

/** Ids of everything in a plan that can be left out. */
export function partsOf(plan: Plan): readonly string[] {
  return [...plan.faults, ...plan.operations].map(({ id }) => id);
}

/** The plan with these parts only. */
export function planWith(plan: Plan, parts: ReadonlySet<string>): Plan {
  return {
    ...plan,
    faults: plan.faults.filter(({ id }) => parts.has(id)),
    operations: plan.operations.filter(({ id }) => parts.has(id)),
  };
}

/**
 * The fewest parts found that still break a promise, by leaving out ever smaller pieces (Zeller and Hildebrandt,
 * "Simplifying and isolating failure-inducing input", 2002). Runs the plan at most `runsMax` times.
 */
export async function shrink(
  plan: Plan,
  breaks: (plan: Plan) => Promise<boolean>,
  runsMax = 400,
): Promise<readonly string[]> {
  let parts = partsOf(plan);
  let runs = 0;
  for (let pieces = 2; parts.length > 0 && runs < runsMax; ) {
    const size = Math.ceil(parts.length / pieces);
    let smaller: readonly string[] | null = null;
    for (let start = 0; start < parts.length && smaller === null && runs < runsMax; start += size) {
      const rest = [...parts.slice(0, start), ...parts.slice(start + size)];
      runs += 1;
      if (await breaks(planWith(plan, new Set(rest)))) smaller = rest;
    }
    if (smaller !== null) {
      parts = smaller;
      pieces = Math.max(2, pieces - 1);
    } else if (size === 1) break;
    else pieces = Math.min(parts.length, pieces * 2);
  }
  return parts;
}
