/** What placeholders such as `<uuid-3>` stand for, found while a session runs. */
export type Bindings = ReadonlyMap<string, string>;

/** Lists whose order means nothing (reference 1.7, 1.8, 1.9). */
const unordered = new Set(['results', 'tables', 'result']);

/**
 * Compares a recorded body with an answered one. In texts `<uuid-n>` stands for one id each, the same wherever
 * it appears, `<timestamp>` for any time, and a text all in parentheses, or one beginning with `(shipped `, for
 * anything: the recording left it out. Answers the bindings that make them equal, null when there are none.
 */
export function matchWire(expected: unknown, actual: unknown, bindings: Bindings): Bindings | null {
  return first(solutions({ expected, actual, bindings }, false));
}

interface Pair {
  readonly expected: unknown;
  readonly actual: unknown;
  readonly bindings: Bindings;
}

function* solutions({ expected, actual, bindings }: Pair, anyOrder: boolean): Generator<Bindings> {
  if (typeof expected === 'string') {
    if (/^\(.*\)$/.test(expected)) yield bindings;
    else yield* textSolutions(expected, actual, bindings);
  } else if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || expected.length !== actual.length) return;
    yield* listSolutions({ expected, actual, bindings }, anyOrder);
  } else if (typeof expected === 'object' && expected !== null) {
    if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) return;
    const names = Object.keys(expected).sort();
    if (JSON.stringify(names) !== JSON.stringify(Object.keys(actual).sort())) return;
    yield* memberSolutions({ expected, actual, bindings } as ObjectPair, names);
  } else if (expected === actual) yield bindings;
}

interface ObjectPair {
  readonly expected: Readonly<Record<string, unknown>>;
  readonly actual: Readonly<Record<string, unknown>>;
  readonly bindings: Bindings;
}

function* memberSolutions(pair: ObjectPair, names: readonly string[]): Generator<Bindings> {
  const [name, ...others] = names;
  if (name === undefined) {
    yield pair.bindings;
    return;
  }
  const { expected, actual, bindings } = pair;
  const member = { expected: expected[name], actual: actual[name], bindings };
  for (const found of solutions(member, unordered.has(name))) {
    yield* memberSolutions({ expected, actual, bindings: found }, others);
  }
}

function* listSolutions(
  pair: {
    readonly expected: readonly unknown[];
    readonly actual: readonly unknown[];
    readonly bindings: Bindings;
  },
  anyOrder: boolean,
): Generator<Bindings> {
  const [expected, ...others] = pair.expected;
  if (pair.expected.length === 0) {
    yield pair.bindings;
    return;
  }
  for (const at of anyOrder ? pair.actual.keys() : [0]) {
    const rest = pair.actual.filter((_, index) => index !== at);
    for (const bindings of solutions({ expected, actual: pair.actual[at], bindings: pair.bindings }, false)) {
      yield* listSolutions({ expected: others, actual: rest, bindings }, anyOrder);
    }
  }
}

const placeholder = /<(uuid-\d+|timestamp)>/g;

function* textSolutions(expected: string, actual: unknown, bindings: Bindings): Generator<Bindings> {
  if (typeof actual !== 'string') return;
  const names = [...expected.matchAll(placeholder)].map((match) => match[1] ?? '');
  const literals = expected.split(/<(?:uuid-\d+|timestamp)>/).map((text) =>
    text
      .split(/\(shipped [^)]*\)/)
      .map(escaped)
      .join('.*'),
  );
  const match = new RegExp(`^${literals.join('(.+?)')}$`, 's').exec(actual);
  if (match === null) return;
  const found = new Map(bindings);
  for (const [index, name] of names.entries()) {
    const value = match[index + 1] ?? '';
    if (name === 'timestamp') continue;
    if (found.has(name) && found.get(name) !== value) return;
    found.set(name, value);
  }
  yield found;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function first(generator: Generator<Bindings>): Bindings | null {
  const { value, done } = generator.next();
  return done ? null : value;
}
