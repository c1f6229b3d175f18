import { unreachable } from '../base/assert.ts';
import type { Sequence } from '../base/ids.ts';
import type { Json } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import type { IdempotencyEntry } from '../policy/entities.ts';
import type { Background } from './background.ts';
import type { BulkPreparation } from './bulk-preparation.ts';
import { asPointer, DetachedPartsMissing, type DetachedStore } from './detached-json.ts';
import type { Verdict } from './group-plan.ts';
import { WriteNotCommitted } from './problems.ts';
import type { WaitingWrite } from './waiting-write.ts';

export interface WriteAnswersOptions {
  readonly detached: DetachedStore;
  readonly bulk: BulkPreparation;
  readonly background: Background;
}

/** Answers writes, and removes what was prepared for those that will never be committed. */
export class WriteAnswers {
  readonly #options: WriteAnswersOptions;

  constructor(options: WriteAnswersOptions) {
    this.#options = options;
  }

  /** `sequence`: where an accepted write is, or where one that changes nothing was judged. */
  deliver(verdict: Verdict, sequence: Sequence): void {
    const { waiting } = verdict;
    switch (verdict.kind) {
      case 'accepted':
        waiting.answer({ sequence, result: verdict.result, replayed: false });
        break;
      case 'unchanged':
        waiting.answer({ sequence, result: verdict.result, replayed: false });
        this.discard(waiting);
        break;
      case 'replayed':
        this.#replay(waiting, verdict.entry);
        this.discard(waiting);
        break;
      case 'refused':
        this.fail(waiting, verdict.problem);
        break;
      case 'broken':
        this.fail(waiting, verdict.error);
        break;
      default:
        unreachable(verdict);
    }
  }

  /** The write was not made. */
  fail(waiting: WaitingWrite, error: unknown): void {
    waiting.fail(error);
    this.discard(waiting);
  }

  /** Removes what lies beside a commit that will not come. */
  discard(waiting: WaitingWrite): void {
    const { bulk } = waiting;
    waiting.bulk = null;
    if (bulk === null) return;
    this.#options.background.start('removing a prepared write', () => this.#options.bulk.discard(bulk));
  }

  #replay(waiting: WaitingWrite, { result, sequence }: IdempotencyEntry): void {
    const pointer = asPointer(result);
    if (pointer === null) {
      waiting.answer({ sequence, result, replayed: true });
      return;
    }
    this.#options.background.start('reading a remembered result', async () => {
      try {
        const text = await this.#options.detached.read(pointer, waiting.signal);
        waiting.answer({ sequence, result: JSON.parse(text) as Json, replayed: true });
      } catch (error) {
        if (waiting.settled) return;
        if (!(error instanceof Problem) && !(error instanceof DetachedPartsMissing)) throw error;
        waiting.fail(new WriteNotCommitted('the remembered result cannot be read now', { cause: error }));
      }
    });
  }
}
