import type { Sequence } from '../../service/base/ids.ts';
import { HeadReader, type HeadSource } from '../../service/replication/head-reader.ts';
import { silentMetrics } from '../../service/replication/metrics.ts';
import { StoreContact } from '../../service/replication/store-contact.ts';
import { MemoryStateStore } from '../../service/store/memory/memory-state-store.ts';
import { StoreUnavailable } from '../../service/store/problems.ts';
import type { Head, StateStore } from '../../service/store/state-store.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { never } from './cluster.ts';

/** A store whose reads of the head look at the head at once and answer `answerMs` later. */
class SlowHeads {
  readonly clock = new ManualClock();
  readonly store: StateStore;
  head = 0;
  reads = 0;
  answerMs = 10;
  failure: Error | null = null;

  constructor() {
    this.store = Object.assign(new MemoryStateStore(), { readHead: () => this.#read() });
  }

  async #read(): Promise<Head> {
    this.reads += 1;
    const sequence = this.head as Sequence;
    await this.clock.sleep(this.answerMs);
    if (this.failure !== null) throw this.failure;
    return { sequence, commitId: null, committedAtMs: null, writer: null, formatVersion: 1 };
  }
}

function readerOf(slow: SlowHeads, contact = new StoreContact(slow.clock)): HeadReader {
  const { clock, store } = slow;
  return new HeadReader({
    store,
    clock,
    contact,
    metrics: silentMetrics,
    timeoutMs: 1_000,
    signal: never,
    onHead: () => {},
  });
}

/** The mechanism switched off: whoever comes joins the read that is under way. */
class SharingReader implements HeadSource {
  readonly #slow: SlowHeads;
  #running: Promise<Head> | null = null;

  constructor(slow: SlowHeads) {
    this.#slow = slow;
  }

  read(): Promise<Head> {
    this.#running ??= this.#slow.store.readHead({ consistency: 'strong', signal: never }).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }
}

/** A commit is acknowledged while a read is under way; only then a request comes. What head does it get? */
async function headSeenAfterCommit(slow: SlowHeads, reader: HeadSource): Promise<number> {
  const earlier = reader.read();
  await slow.clock.advance(5);
  slow.head = 1;
  const later = reader.read();
  await slow.clock.advance(50);
  await earlier;
  return (await later).sequence;
}

describe('the head reader', () => {
  it('makes one read for all who wait', async () => {
    const slow = new SlowHeads();
    const reader = readerOf(slow);
    const waiting = Array.from({ length: 100 }, () => reader.read());
    await slow.clock.advance(10);
    await Promise.all(waiting);
    expect(slow.reads).toBe(1);
  });

  it('lets those who come during a read share the next one', async () => {
    const slow = new SlowHeads();
    const reader = readerOf(slow);
    const first = reader.read();
    await slow.clock.advance(5);
    const others = Array.from({ length: 50 }, () => reader.read());
    await slow.clock.advance(20);
    await Promise.all([first, ...others]);
    expect(slow.reads).toBe(2);
  });

  it('never answers with a read that started before the request came', async () => {
    const slow = new SlowHeads();
    expect(await headSeenAfterCommit(slow, readerOf(slow))).toBe(1);
  });

  it('would answer with an old head if it joined the read under way', async () => {
    const slow = new SlowHeads();
    expect(await headSeenAfterCommit(slow, new SharingReader(slow))).toBe(0);
  });

  it('lets nobody wait for a store that has just not answered', async () => {
    const slow = new SlowHeads();
    slow.answerMs = 3_600_000;
    const reader = readerOf(slow);
    const first = reader.read();
    first.catch(() => {});
    await slow.clock.advance(400);
    const second = reader.read();
    second.catch(() => {});
    await slow.clock.advance(600);
    await expect(first).rejects.toThrow(StoreUnavailable);
    await expect(second).rejects.toThrow(StoreUnavailable);
    await expect(reader.read()).rejects.toThrow(StoreUnavailable);
    expect(slow.reads).toBe(1);
  });

  it('tries again after one quick failure, and gives up after the second in a row', async () => {
    const slow = new SlowHeads();
    const contact = new StoreContact(slow.clock);
    const reader = readerOf(slow, contact);
    slow.failure = new StoreUnavailable('throttled', { reason: 'throttled' });
    for (const away of [false, true]) {
      const read = reader.read();
      read.catch(() => {});
      await slow.clock.advance(10);
      await expect(read).rejects.toThrow(StoreUnavailable);
      expect(contact.away).toBe(away);
    }
    contact.succeeded(slow.clock.monotonicMs(), 'eventual');
    expect(contact.away).toBe(true);
    contact.succeeded(slow.clock.monotonicMs(), 'strong');
    expect(contact.away).toBe(false);
  });
});
