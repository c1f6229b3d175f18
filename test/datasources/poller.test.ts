import { silentLogger } from '../../service/base/logger.ts';
import type { Problem } from '../../service/base/problem.ts';
import type { Tuple } from '../../service/datalog/value.ts';
import type { DriverInstance, PolledTables } from '../../service/datasources/driver.ts';
import { Poller } from '../../service/datasources/poller.ts';
import { PollFailed } from '../../service/datasources/problems.ts';
import type { TableDifference, TableSink } from '../../service/datasources/table-sink.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { SeededRandom } from '../support/seeded-random.ts';

/** Remembers what was published. */
class MemorySink implements TableSink {
  readonly published: string[] = [];
  rows: readonly Tuple[] | null = null;
  version = 0;
  refuses: Problem | null = null;

  current() {
    const { rows, version } = this;
    return rows === null ? null : { token: String(version), rows: () => rows };
  }

  async replace(_table: string, rows: readonly Tuple[]): Promise<string> {
    if (this.refuses !== null) throw this.refuses;
    this.rows = rows;
    this.published.push(`replace ${rows.length}`);
    this.version += 1;
    return String(this.version);
  }

  async change({ basedOn, deleted, inserted }: TableDifference): Promise<string> {
    if (this.refuses !== null) throw this.refuses;
    if (basedOn !== String(this.version)) throw new PollFailed('the table has moved');
    const gone = new Set(deleted.map(String));
    this.rows = [...(this.rows ?? []).filter((row) => !gone.has(String(row))), ...inserted];
    this.published.push(`-${deleted.map(String)} +${inserted.map(String)}`);
    this.version += 1;
    return String(this.version);
  }
}

function setUp(
  poll: (round: number, full: boolean) => Promise<PolledTables>,
  intervalMs: number | null = 10_000,
) {
  const clock = new ManualClock();
  const sink = new MemorySink();
  const polls: { readonly atMs: number; readonly full: boolean }[] = [];
  const instance: DriverInstance = {
    pollIntervalMs: intervalMs,
    pollDeadlineMs: 3_000,
    poll: ({ full }) => {
      polls.push({ atMs: clock.monotonicMs(), full });
      return poll(polls.length, full);
    },
    execute: async () => ({ kind: 'refused', detail: '' }),
    close: async () => {},
  };
  const stopping = new AbortController();
  const poller = new Poller({
    dataSource: 'nova',
    instance,
    tables: ['servers'],
    sink,
    clock,
    random: new SeededRandom(1),
    logger: silentLogger,
  });
  const ended = poller.run(stopping.signal);
  const stop = async (): Promise<void> => {
    stopping.abort(new Error('the test is over'));
    await clock.run(ended);
  };
  return { clock, sink, polls, poller, stop };
}

const servers = (...rows: readonly string[]): PolledTables =>
  new Map([['servers', rows.map((row) => [row])]]);
const manyRows = Array.from({ length: 300 }, (_, index) => `row ${index}`);

describe('a poller', () => {
  it('polls at once and then at its interval, and publishes only what changed', async () => {
    const answers = [
      ['a', 'b'],
      ['a', 'b'],
      ['b', 'c'],
    ];
    const { clock, sink, polls, poller, stop } = setUp(async (round) =>
      servers(...(answers[round - 1] ?? ['c'])),
    );
    await clock.advance(100);
    expect(sink.published).toEqual(['replace 2']);
    await clock.advance(35_000);
    expect(sink.published).toEqual(['replace 2', '-a +c', '-b +']);
    expect(polls.length).toBe(4);
    for (const [index, { atMs }] of polls.entries())
      expect(Math.abs(atMs - index * 10_000)).toBeLessThanOrEqual(index * 1_001);
    expect(poller.status).toMatchObject({ updates: 4, lastError: null, failures: 0 });
    await stop();
  });

  it('publishes a whole new content rather than a delta of most rows', async () => {
    const { clock, sink, stop } = setUp(async (round) =>
      servers(...(round === 1 ? manyRows : ['other', ...manyRows.slice(250)])),
    );
    await clock.advance(15_000);
    expect(sink.published).toEqual(['replace 300', 'replace 51']);
    await stop();
  });

  it('keeps the last good rows when a round fails, says why, and tries again sooner', async () => {
    const { clock, sink, polls, poller, stop } = setUp(async (round) => {
      if (round === 2 || round === 3) throw new PollFailed('HTTP 500');
      return servers('a');
    });
    while (polls.length < 2) await clock.advance(100);
    expect(poller.status).toMatchObject({
      updates: 1,
      lastError: 'HTTP 500',
      failures: 1,
      circuitOpen: false,
    });
    expect(sink.rows).toEqual([['a']]);
    await clock.advance(4_000);
    expect(polls.length).toBe(4);
    expect(polls.slice(1).map(({ full }) => full)).toEqual([false, true, true]);
    expect(poller.status).toMatchObject({ updates: 2, lastError: null, failures: 0 });
    await stop();
  });

  it('opens the circuit after five failures and only probes once a minute, until one does well', async () => {
    let down = true;
    const { clock, polls, poller, stop } = setUp(async () => {
      if (down) throw new PollFailed('down');
      return servers('a');
    });
    await clock.advance(60_000);
    expect(poller.status.circuitOpen).toBe(true);
    const probes = polls.length;
    await clock.advance(600_000);
    expect(polls.length - probes).toBeGreaterThanOrEqual(9);
    expect(polls.length - probes).toBeLessThanOrEqual(12);
    down = false;
    await clock.advance(66_000);
    expect(poller.status).toMatchObject({ circuitOpen: false, updates: expect.any(Number) });
    await clock.advance(22_000);
    expect(poller.status.updates).toBeGreaterThanOrEqual(2);
    await stop();
  });

  it('gives up a poll that does not answer in time, even one that ignores its signal', async () => {
    const { clock, polls, poller, stop } = setUp((round) =>
      round === 1 ? new Promise(() => {}) : Promise.resolve(servers('a')),
    );
    await clock.advance(3_100);
    expect(poller.status.lastError).toBe('not answered within 3 s');
    await clock.advance(2_000);
    expect(polls.length).toBe(2);
    await stop();
  });

  it('reads and publishes everything anew after what it read could not be published', async () => {
    const { clock, sink, polls, stop } = setUp(async () => servers('a'));
    sink.refuses = new PollFailed('the store is away');
    await clock.advance(500);
    expect(sink.published).toEqual([]);
    sink.refuses = null;
    await clock.advance(2_000);
    expect(polls.map(({ full }) => full)).toEqual([true, true]);
    expect(sink.rows).toEqual([['a']]);
    await stop();
  });

  it('compares with what is there, not with what it once put there', async () => {
    const { clock, sink, stop } = setUp(async () => servers('a'));
    await clock.advance(100);
    sink.rows = [['other']];
    sink.version += 1;
    await clock.advance(12_000);
    expect(sink.rows).toEqual([['a']]);
    await stop();
  });

  it('that has no interval polls when it is asked to, and once more when asked meanwhile', async () => {
    const { clock, polls, poller, stop } = setUp(async () => servers('a'), null);
    await clock.advance(3_600_000);
    expect(polls.length).toBe(0);
    poller.refresh();
    await clock.advance(10);
    expect(polls.length).toBe(1);
    poller.refresh();
    poller.refresh();
    await clock.advance(10);
    expect(polls.length).toBe(2);
    await stop();
  });
});
