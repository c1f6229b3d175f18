import {
  type Aggregate,
  aggregateFunctions,
  type Literal,
  type Rule,
  type Term,
} from '../../service/datalog/tree.ts';
import type { Tuple, Value } from '../../service/datalog/value.ts';
import type { EngineChange, RelationName } from '../../service/engine/engine-change.ts';

export const sampleValues: readonly Value[] = ['a', 'b', 'c', 1n, 2n, 3n, 1.5, 2];
const variables = ['x', 'y', 'z', 'w'];

/** Stored tables (with the arities they have) and derived relations, three groups of two. */
const baseTables = [
  { policy: 'ds', table: 'e', arity: 2 },
  { policy: 'ds', table: 's', arity: 1 },
  { policy: 'ds', table: 't', arity: 3 },
] as const;
export const derivedTables = [
  { policy: 'p', table: 'r0', arity: 1 },
  { policy: 'p', table: 'r1', arity: 2 },
  { policy: 'q', table: 'r2', arity: 2 },
  { policy: 'p', table: 'r3', arity: 2 },
  { policy: 'q', table: 'r4', arity: 1 },
  { policy: 'q', table: 'r5', arity: 3 },
] as const;

export const allRelations: readonly RelationName[] = [...baseTables, ...derivedTables].map((table) => ({
  ...table,
  modal: null,
}));

/** Turns a list of random numbers into decisions; after the end every decision is 0. */
export class Choices {
  readonly #tape: readonly number[];
  #at = 0;

  constructor(tape: readonly number[]) {
    this.#tape = tape;
  }

  below(limit: number): number {
    return (this.#tape[this.#at++] ?? 0) % limit;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }
}

/**
 * One random batch of engine changes; rules are safe and stratified, recursion stays within a group of two. Some rules
 * aggregate, some negated literals have `?`.
 */
export function randomBatch(choices: Choices, recursive: boolean): readonly EngineChange[] {
  return Array.from({ length: 1 + choices.below(4) }, () => randomChange(choices, recursive));
}

function randomChange(choices: Choices, recursive: boolean): EngineChange {
  const kind = choices.below(12);
  if (kind < 4) {
    const head = choices.below(derivedTables.length);
    const ruleId = `rule-${choices.below(10)}`;
    return {
      kind: 'insert-rule',
      policy: derivedTables[head]!.policy,
      ruleId,
      rule: randomRule(choices, head, recursive),
    };
  }
  if (kind === 4) return { kind: 'delete-rule', ruleId: `rule-${choices.below(10)}` };
  const { policy, table, arity } =
    choices.below(4) === 0 ? choices.pick(derivedTables) : choices.pick(baseTables);
  if (kind < 8) return { kind: 'insert-fact', policy, table, tuple: randomTuple(choices, arity) };
  if (kind < 10) return { kind: 'delete-fact', policy, table, tuple: randomTuple(choices, arity) };
  const rows = () => Array.from({ length: choices.below(8) }, () => randomTuple(choices, arity));
  if (kind === 10) return { kind: 'change-table', policy, table, arity, deleted: rows(), inserted: rows() };
  return choices.below(5) === 0
    ? { kind: 'drop-table', policy, table, arity }
    : { kind: 'replace-table', policy, table, arity, rows: rows() };
}

function randomTuple(choices: Choices, arity: number): Tuple {
  return Array.from({ length: arity }, () => choices.pick(sampleValues));
}

function randomRule(choices: Choices, head: number, recursive: boolean): Rule {
  const { table, arity } = derivedTables[head]!;
  const group = Math.floor(head / 2) * 2;
  const isAggregating = choices.below(4) === 0;
  const readableCount = recursive && !isAggregating ? group + 2 : recursive ? group : head;
  const readable = [...baseTables, ...derivedTables.slice(0, readableCount)];
  const lower = [...baseTables, ...derivedTables.slice(0, recursive ? group : head)];
  const body: Literal[] = [];
  for (let count = 1 + choices.below(3); count > 0; count--) {
    const read = choices.pick(readable);
    const args = Array.from({ length: read.arity }, () => randomTerm(choices, variables));
    body.push({ negated: false, atom: atomOf(read, args) });
  }
  const bound = [
    ...new Set(
      body.flatMap(({ atom }) => atom.args.flatMap((term) => (term.kind === 'variable' ? [term.name] : []))),
    ),
  ];
  for (let count = choices.below(3); count > 0; count--) {
    const read = choices.pick(lower);
    const args = Array.from({ length: read.arity }, (_, at): Term => {
      if (choices.below(4) === 0) return { kind: 'variable', name: `?${count}.${at}` };
      return randomTerm(choices, bound);
    });
    body.push({ negated: true, atom: atomOf(read, args) });
  }
  if (choices.below(3) === 0) {
    const name = choices.pick(['lt', 'equal', 'lteq']);
    const args = [randomTerm(choices, bound), randomTerm(choices, bound)];
    body.push({ negated: choices.below(3) === 0, atom: { ...plain, policy: 'builtin', table: name, args } });
  }
  shuffle(body, choices);
  const headArgs = Array.from({ length: arity }, () => randomTerm(choices, bound));
  const aggregates = isAggregating && bound.length > 0 ? randomAggregates(choices, arity, bound) : [];
  for (const { column, over } of aggregates) headArgs[column] = { kind: 'variable', name: over[0]! };
  return {
    kind: 'rule',
    heads: [{ negated: false, atom: { ...plain, table, args: headArgs } }],
    body,
    ...(aggregates.length > 0 ? { aggregates } : {}),
  };
}

function randomAggregates(choices: Choices, arity: number, bound: readonly string[]): readonly Aggregate[] {
  const columns = Array.from({ length: arity }, (_, column) => column).filter(() => choices.below(3) > 0);
  return columns.map((column) => {
    const name = choices.pick(aggregateFunctions);
    const first = choices.pick(bound);
    const second = choices.pick(bound);
    return { column, function: name, over: name === 'count' && second !== first ? [first, second] : [first] };
  });
}

const plain = { modal: null, policy: null, columnArgs: [] } as const;

function atomOf(
  { policy, table }: { readonly policy: string; readonly table: string },
  args: readonly Term[],
) {
  return { ...plain, policy, table, args };
}

function randomTerm(choices: Choices, names: readonly string[]): Term {
  if (names.length === 0 || choices.below(6) === 0)
    return { kind: 'constant', value: choices.pick(sampleValues) };
  return { kind: 'variable', name: choices.pick(names) };
}

function shuffle(items: Literal[], choices: Choices): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = choices.below(i + 1);
    [items[i], items[j]] = [items[j]!, items[i]!];
  }
}
