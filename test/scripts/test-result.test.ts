import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  lastLine,
  readJestCounts,
  type StageResult,
  stageSummary,
} from '../../scripts/cluster/test-result.ts';

const stage: StageResult = {
  name: 'unit',
  ok: true,
  seconds: 1.25,
  passed: 7,
  failed: 0,
  lookAt: 'its messages',
};

describe('the result of a test run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'test-result-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('ends with one line that sums all stages', () => {
    const failed = { ...stage, name: 'lint', ok: false, passed: 0, failed: 1 };
    expect(lastLine([stage, failed, { ...stage, passed: 3 }])).toBe('10 passed, 1 failed');
  });

  it('says of a failed stage what to look at', () => {
    expect(stageSummary([{ ...stage, ok: false, failed: 1 }])).toMatch(
      /FAILED.*unit.*\n.*look at its messages/,
    );
    expect(stageSummary([stage])).not.toContain('look at');
  });

  it('counts a test file that could not run as a failed test', () => {
    const path = join(folder, 'report.json');
    const report = { numPassedTests: 5, numFailedTests: 1, numRuntimeErrorTestSuites: 2 };
    writeFileSync(path, JSON.stringify(report));
    expect(readJestCounts(path)).toEqual({ passed: 5, failed: 3 });
  });

  it('counts nothing when a stage left no report', () => {
    expect(readJestCounts(join(folder, 'none.json'))).toEqual({ passed: 0, failed: 0 });
  });
});
