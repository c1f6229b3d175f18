import type { SeededRandom } from '../support/seeded-random.ts';
import type { Execution } from './fake-dynamodb.ts';
import { conditionHolds, type ExpressionInput, updated } from './fake-expressions.ts';
import type { FakeTable, Item } from './fake-table.ts';

/** One part of a transaction, with what the item was and becomes. */
export interface TransactItem {
  readonly table: string;
  readonly key: { readonly pk: string; readonly sk: string };
  /** `undefined`: only checked. Null: deleted. */
  readonly next: Item | null | undefined;
}

type Request = ExpressionInput & Readonly<Record<string, unknown>>;
type Verb = 'Put' | 'Update' | 'Delete' | 'ConditionCheck' | 'Get';
type Entry = Readonly<Partial<Record<Verb, Request>>>;

export interface TransactionsOptions {
  readonly random: SeededRandom;
  readonly transactionMsMax: () => number;
  readonly table: (name: string) => FakeTable;
  readonly onTransaction: (items: readonly TransactItem[], atMs: number) => void;
}

const tokenKeptMs = 10 * 60_000;

/** TransactWriteItems and TransactGetItems. */
export class Transactions {
  readonly #options: TransactionsOptions;
  readonly #tokens = new Map<string, { readonly text: string; readonly doneAtMs: number }>();

  constructor(options: TransactionsOptions) {
    this.#options = options;
  }

  write(input: Request, atMs: number): Execution {
    const entries = input.TransactItems as readonly Entry[];
    const token = String(input.ClientRequestToken);
    const text = JSON.stringify(entries);
    const known = this.#tokens.get(token);
    if (known !== undefined && atMs < known.doneAtMs + tokenKeptMs) return repeated(known, { text, atMs });
    const reasons = entries.map((entry) => this.#reason(entry, atMs));
    if (reasons.some(({ Code }) => Code !== 'None')) return { readyAtMs: atMs, error: cancelled(reasons) };
    const items = entries.map((entry) => this.#prepared(entry));
    const doneAtMs = atMs + this.#options.random.next() * this.#options.transactionMsMax();
    for (const { table, key, next } of items) {
      const visibleAtMs = atMs + this.#options.random.next() * (doneAtMs - atMs);
      this.#options.table(table).lock(key.pk, key.sk, doneAtMs);
      if (next !== undefined) this.#options.table(table).write(key, next, visibleAtMs);
    }
    this.#tokens.set(token, { text, doneAtMs });
    this.#options.onTransaction(items, atMs);
    return { readyAtMs: doneAtMs, answer: {} };
  }

  /** Serializable with the transactions that write: refused while one holds an item. */
  read(input: Request, atMs: number): Execution {
    const gets = (input.TransactItems as readonly Entry[]).map(({ Get }) => Get as Request);
    const reasons = gets.map(({ TableName, Key }) => {
      const { pk, sk } = Key as TransactItem['key'];
      return {
        Code: this.#options.table(String(TableName)).locked(pk, sk, atMs) ? 'TransactionConflict' : 'None',
      };
    });
    if (reasons.some(({ Code }) => Code !== 'None')) return { readyAtMs: atMs, error: cancelled(reasons) };
    const responses = gets.map(({ TableName, Key }) => {
      const { pk, sk } = Key as TransactItem['key'];
      const item = this.#options.table(String(TableName)).newest(pk, sk);
      return item === null ? {} : { Item: { ...item } };
    });
    return { readyAtMs: atMs, answer: { Responses: responses } };
  }

  #reason(entry: Entry, atMs: number): { readonly Code: string; readonly Item?: Item } {
    const { request, table, key } = this.#parts(entry);
    if (table.locked(key.pk, key.sk, atMs)) return { Code: 'TransactionConflict' };
    const condition = request.ConditionExpression as string | undefined;
    const item = table.newest(key.pk, key.sk);
    if (condition === undefined || conditionHolds(condition, item, request)) return { Code: 'None' };
    const shown = request.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && item !== null;
    return { Code: 'ConditionalCheckFailed', ...(shown ? { Item: item } : {}) };
  }

  #prepared(entry: Entry): TransactItem {
    const { verb, request, table, key } = this.#parts(entry);
    const name = String(request.TableName);
    if (verb === 'ConditionCheck') return { table: name, key, next: undefined };
    if (verb === 'Delete') return { table: name, key, next: null };
    if (verb === 'Put') return { table: name, key, next: { ...(request.Item as Item) } };
    const item = table.newest(key.pk, key.sk) ?? { ...key };
    return { table: name, key, next: updated(String(request.UpdateExpression), item, request) };
  }

  #parts(entry: Entry) {
    const [verb, request] = Object.entries(entry)[0] as [Verb, Request];
    const { pk, sk } = (request.Key ?? request.Item) as TransactItem['key'];
    return { verb, request, table: this.#options.table(String(request.TableName)), key: { pk, sk } };
  }
}

function repeated(
  known: { readonly text: string; readonly doneAtMs: number },
  given: { readonly text: string; readonly atMs: number },
): Execution {
  const { text, atMs } = given;
  if (known.text !== text) return { readyAtMs: atMs, error: named('IdempotentParameterMismatchException') };
  if (atMs < known.doneAtMs) return { readyAtMs: atMs, error: named('TransactionInProgressException') };
  return { readyAtMs: atMs, answer: {} };
}

function cancelled(CancellationReasons: readonly object[]): Error {
  return Object.assign(named('TransactionCanceledException'), { CancellationReasons });
}

function named(name: string): Error {
  return Object.assign(new Error(`injected: ${name}`), { name, $metadata: { httpStatusCode: 400 } });
}
