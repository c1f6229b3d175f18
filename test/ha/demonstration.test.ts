import { spawnSync } from 'node:child_process';
import { projectRoot } from '../support/source-tree.ts';
import { note } from '../support/test-cluster.ts';

describe('scripts/demo', () => {
  it('goes from nothing to violations, a fail-over and a catch-up, and leaves nothing behind', () => {
    const startedAt = performance.now();
    const { status, stdout, stderr } = spawnSync('scripts/demo', ['--servers', '200', '--replicas', '3'], {
      cwd: projectRoot,
      encoding: 'utf8',
    });
    expect({ status, stderr: status === 0 ? '' : stderr + stdout }).toEqual({ status: 0, stderr: '' });
    for (const claim of [
      'all replicas say the same',
      'they are those planted in the cloud',
      'the one that was fixed is gone, the others are there',
      'it caught up with what happened while it was away',
      'none failed',
    ]) {
      expect(stdout).toContain(`ok: ${claim}`);
    }
    expect(stdout).toMatch(/replica-3: stopped\n/);
    const answered = /(\d+) answered, slowest/.exec(stdout)?.[1];
    note({
      scenario: 'scripts/demo with 200 servers on 3 replicas',
      sent: Number(answered),
      failed: 0,
      note: `${((performance.now() - startedAt) / 1000).toFixed(1)} s from nothing to the end`,
    });
  }, 240_000);
});
