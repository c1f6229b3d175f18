/** What one run of one system on one workload gave. Absent = the system has no such figure. */
export interface Measurement {
  readonly loadMs?: number;
  /** Time to compute the answer and count it. */
  readonly evalMs?: number;
  readonly count?: number;
  /** Latency of one operation of the workload (an update and a read, or a point query), microseconds. */
  readonly p50Us?: number;
  readonly p99Us?: number;
  /** Answers after all updates. */
  readonly countAfter?: number;
  /** Largest resident set of the process. */
  readonly peakMegabytes: number;
}

export function peakMegabytes(): number {
  return process.resourceUsage().maxRSS / 1024;
}

/** The value below which `part` (0 to 1) of the values lie. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

export function microseconds(work: () => void): number {
  const started = performance.now();
  work();
  return (performance.now() - started) * 1000;
}

export function milliseconds(work: () => void): number {
  return microseconds(work) / 1000;
}

/** Medians of each figure over runs of the same work. */
export function medians(runs: readonly Measurement[]): Measurement {
  const keys = Object.keys(runs[0] ?? {}) as (keyof Measurement)[];
  const entries = keys.map(
    (key) =>
      [
        key,
        percentile(
          runs.map((run) => run[key] ?? 0),
          0.5,
        ),
      ] as const,
  );
  return Object.fromEntries(entries) as unknown as Measurement;
}
