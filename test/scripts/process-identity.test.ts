import { identityOf, isRunning, signalProcess } from '../../scripts/cluster/process-identity.ts';

const self = identityOf(process.pid);

describe('a process identity', () => {
  it('is that of a running process', () => {
    expect(self).not.toBeNull();
    expect(self !== null && isRunning(self)).toBe(true);
  });

  it('does not fit another process that got the same pid', () => {
    const earlier = { pid: process.pid, startTime: '1' };
    expect(isRunning(earlier)).toBe(false);
    expect(signalProcess(earlier, 'SIGKILL')).toBe(false);
  });

  it('is null for a pid that no process has', () => {
    expect(identityOf(2 ** 30)).toBeNull();
  });
});
