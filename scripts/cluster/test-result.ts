import { existsSync, readFileSync } from 'node:fs';

/** How one stage of the test run ended. */
export interface StageResult {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
  /** Tests; a stage without tests has none passed, and one failed when it fails. */
  readonly passed: number;
  readonly failed: number;
  /** Where to look when it failed. */
  readonly lookAt: string;
}

/**
 * Passed and failed tests from the file of `jest --json`; a test file that could not run counts as one failed.
 * No file: nothing passed, and it is the exit status that says what went wrong.
 */
export function readJestCounts(path: string): { readonly passed: number; readonly failed: number } {
  if (!existsSync(path)) return { passed: 0, failed: 0 };
  const report = JSON.parse(readFileSync(path, 'utf8'));
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
  };
}

/** One line a stage, and for a failed one what to look at. */
export function stageSummary(results: readonly StageResult[]): string {
  return results
    .map(({ name, ok, seconds, passed, failed, lookAt }) => {
      const counts = passed + failed === 0 ? '' : `  ${passed} passed, ${failed} failed`;
      const line = `${ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(10)}${seconds.toFixed(1).padStart(7)} s${counts}`;
      return ok ? line : `${line}\n        look at ${lookAt}`;
    })
    .join('\n');
}

/** The last line of the run, which tools read. */
export function lastLine(results: readonly StageResult[]): string {
  const sum = (count: (result: StageResult) => number) =>
    results.reduce((total, result) => total + count(result), 0);
  return `${sum(({ passed }) => passed)} passed, ${sum(({ failed }) => failed)} failed`;
}
