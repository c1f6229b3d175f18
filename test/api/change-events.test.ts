import { changeEvents } from '../../service/api/change-events.ts';
import type { Sequence } from '../../service/base/ids.ts';
import type { HistoryRecord } from '../../service/replication/change-history.ts';
import { ManualClock } from '../support/manual-clock.ts';

/** A history into which the test puts records. */
class Feed {
  readonly #waiting: ((record: HistoryRecord) => void)[] = [];
  readonly #records: HistoryRecord[] = [];
  ended = false;

  put(sequence: number): void {
    const record: HistoryRecord = {
      sequence: sequence as Sequence,
      committedAtMs: 0,
      writer: 'a',
      changes: [],
    };
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#records.push(record);
    else waiting(record);
  }

  async *follow(_from: Sequence, signal: AbortSignal): AsyncGenerator<HistoryRecord> {
    signal.addEventListener('abort', () => {
      this.ended = true;
    });
    for (;;) {
      yield this.#records.shift() ??
        (await new Promise<HistoryRecord>((resolve) => this.#waiting.push(resolve)));
    }
  }
}

function streaming(signal = new AbortController().signal) {
  const clock = new ManualClock();
  const feed = new Feed();
  const process = { draining: false };
  const sent: string[] = [];
  const ended = (async () => {
    const events = changeEvents({
      history: feed,
      from: 1 as Sequence,
      toJson: ({ sequence }) => ({ sequence, text: 'two\nlines' }),
      clock,
      isDraining: () => process.draining,
      signal,
    });
    for await (const event of events) sent.push(event);
  })();
  return { clock, feed, process, sent, ended };
}

describe('the stream of changes', () => {
  it('sends one event per record, whatever is in it', async () => {
    const { clock, feed, sent } = streaming();
    feed.put(1);
    feed.put(2);
    await clock.settle();
    expect(sent).toEqual([
      'retry: 1000\n\n',
      'id: 1\nevent: change\ndata: {"sequence":1,"text":"two\\nlines"}\n\n',
      'id: 2\nevent: change\ndata: {"sequence":2,"text":"two\\nlines"}\n\n',
    ]);
  });

  it('says that it lives when nothing happens, and loses nothing over that', async () => {
    const { clock, feed, sent } = streaming();
    await clock.advance(16_000);
    expect(sent.slice(1)).toEqual([': alive\n\n']);
    feed.put(1);
    await clock.advance(1_000);
    feed.put(2);
    await clock.advance(16_000);
    expect(sent.slice(2).map((event) => event.split('\n')[0])).toEqual(['id: 1', 'id: 2', ': alive']);
  });

  it('ends when the process drains', async () => {
    const { clock, feed, process, ended } = streaming();
    await clock.advance(5_000);
    process.draining = true;
    await clock.advance(1_000);
    await ended;
    expect(feed.ended).toBe(true);
  });

  it('stops following when the client leaves', async () => {
    const client = new AbortController();
    const { clock, feed, ended } = streaming(client.signal);
    await clock.advance(100);
    client.abort();
    await clock.advance(1_000);
    await ended;
    expect(feed.ended).toBe(true);
  });
});
