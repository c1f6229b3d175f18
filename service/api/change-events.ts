import type { Clock } from '../base/clock.ts';
import type { Sequence } from '../base/ids.ts';
import type { Json } from '../base/json.ts';
import type { HistoryRecord } from '../replication/change-history.ts';
import type { SystemPort } from '../replication/system-port.ts';

export interface ChangeEventsOptions {
  readonly history: Pick<SystemPort['history'], 'follow'>;
  readonly from: Sequence;
  readonly toJson: (record: HistoryRecord) => Json;
  readonly clock: Clock;
  readonly isDraining: () => boolean;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

/** How soon an idle stream sees that the process drains. */
const lookMs = 1_000;
/** Idle looks between two comments: proxies and clients see that the stream lives. */
const looksPerComment = 15;

/**
 * Changes as server-sent events (WHATWG HTML, section 9.2): in order, each with its sequence as id, so that a client
 * which comes back with Last-Event-ID goes on where it was. Ends when the process drains, or when the client leaves.
 */
export async function* changeEvents(options: ChangeEventsOptions): AsyncGenerator<string> {
  const { history, from, toJson, clock, isDraining, signal } = options;
  const inner = new AbortController();
  const leave = (): void => inner.abort(signal.reason);
  signal.addEventListener('abort', leave, { once: true });
  const records = history.follow(from, inner.signal);
  yield 'retry: 1000\n\n';
  try {
    let next = records.next();
    for (let idleLooks = 1; !signal.aborted && !isDraining(); idleLooks += 1) {
      const result = await nextOrNothing(next, clock);
      if (result === 'nothing') {
        if (idleLooks % looksPerComment === 0) yield ': alive\n\n';
        continue;
      }
      if (result.done) return;
      yield eventOf(result.value, toJson);
      next = records.next();
      idleLooks = 0;
    }
  } finally {
    signal.removeEventListener('abort', leave);
    inner.abort(new Error('the stream has ended'));
  }
}

/** JSON has no line break outside of strings, where it is escaped: one data line. */
function eventOf(record: HistoryRecord, toJson: (record: HistoryRecord) => Json): string {
  return `id: ${record.sequence}\nevent: change\ndata: ${JSON.stringify(toJson(record))}\n\n`;
}

async function nextOrNothing<Result>(next: Promise<Result>, clock: Clock): Promise<Result | 'nothing'> {
  const timer = new AbortController();
  const waited = clock.sleep(lookMs, timer.signal).then(
    () => 'nothing' as const,
    () => 'nothing' as const,
  );
  try {
    return await Promise.race([next, waited]);
  } finally {
    timer.abort();
  }
}
