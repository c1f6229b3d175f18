import fc from 'fast-check';
import {
  type Aggregate,
  type Atom,
  aggregateFunctions,
  type ColumnArgument,
  type Fact,
  type Literal,
  type Rule,
  type Term,
} from '../../service/datalog/tree.ts';
import type { Value } from '../../service/datalog/value.ts';

const keywords = new Set(['execute', 'insert', 'delete', 'not', 'NOT']);

/** Names that cannot be mistaken for a number, a keyword or the terminator. */
const anyName = fc.stringMatching(/^[A-Za-z_.][A-Za-z0-9_.]{0,5}$/).filter((name) => {
  return !keywords.has(name) && name !== '.' && !/^\.[0-9]/.test(name);
});

/** Printable ones: no line ends, no quote, no backslash, nothing beyond the Basic Multilingual Plane. */
const anyText = fc.string({
  unit: fc.constantFrom(..."aZ09 \t(),.:;-é€\u2028#/*='"),
  maxLength: 8,
});
const anyFloat = fc
  .double({ noNaN: true, min: 0 })
  .filter((value) => Number.isFinite(value))
  .map(Math.abs);

const anyPrintableValue: fc.Arbitrary<Value> = fc.oneof(anyText, fc.bigInt({ min: 0n }), anyFloat);

/** Any value that a table can hold. */
export const anyValue: fc.Arbitrary<Value> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.bigInt(),
  fc.double(),
);

const anyTerm: fc.Arbitrary<Term> = fc.oneof(
  anyName.map((name): Term => ({ kind: 'variable', name })),
  anyPrintableValue.map((value): Term => ({ kind: 'constant', value })),
);

const anyTable = fc
  .tuple(fc.array(anyName, { minLength: 1, maxLength: 3 }), fc.constantFrom('', '', '+', '-'))
  .map(([names, sign]) => names.join(':') + sign);

/** Numbers beyond the arguments, then names, each once and sorted: the form in which they parse. */
const anyColumns = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 5, max: 30 }), { maxLength: 2 }),
    fc.uniqueArray(anyName, { maxLength: 2 }),
    fc.array(anyTerm, { minLength: 4, maxLength: 4 }),
  )
  .map(([numbers, names, terms]): ColumnArgument[] =>
    [...numbers.sort((left, right) => left - right), ...names.sort()].map((column, i) => ({
      column,
      term: terms[i]!,
    })),
  );

const anyAtom: fc.Arbitrary<Atom> = fc
  .record({
    modal: fc.constantFrom(null, null, null, 'execute' as const, 'insert' as const, 'delete' as const),
    policy: fc.option(anyName),
    table: anyTable,
    args: fc.array(anyTerm, { maxLength: 4 }),
    columnArgs: anyColumns,
  })
  // Without a policy the table has no colon: the first one ends the policy.
  .map((atom) => (atom.policy === null ? { ...atom, table: atom.table.replaceAll(':', '_') } : atom));

const anyLiteral: fc.Arbitrary<Literal> = fc.record({ negated: fc.boolean(), atom: anyAtom });

export const anyFact: fc.Arbitrary<Fact> = fc.record({ kind: fc.constant('fact'), atom: anyAtom });

export const anyRule: fc.Arbitrary<Rule> = fc.record({
  kind: fc.constant('rule'),
  heads: fc.array(anyLiteral, { minLength: 1, maxLength: 2 }),
  body: fc.array(anyLiteral, { minLength: 1, maxLength: 4 }),
});

export const anyProgram = fc.array(fc.oneof(anyFact, anyRule), { maxLength: 4 });

/** Those with a sign too: what is left of -0 as an integer is 0, as a float nothing tells it from 0 in joins. */
const anySignedValue: fc.Arbitrary<Value> = fc.oneof(
  anyText,
  fc.bigInt(),
  fc.double({ noNaN: true }).filter((value) => Number.isFinite(value)),
);

const anyExtendedTerm: fc.Arbitrary<Term> = fc.oneof(
  anyName.map((name): Term => ({ kind: 'variable', name })),
  fc.constant<Term>({ kind: 'variable', name: '?' }),
  anySignedValue.map((value): Term => ({ kind: 'constant', value })),
);

const anyExtendedLiteral: fc.Arbitrary<Literal> = fc
  .tuple(anyLiteral, fc.array(anyExtendedTerm, { maxLength: 4 }))
  .map(([literal, args]) => ({ ...literal, atom: { ...literal.atom, args } }));

/** A head with aggregates, or one as before. */
const anyHeads = fc
  .tuple(
    fc.array(anyLiteral, { minLength: 1, maxLength: 2 }),
    fc.array(
      fc.tuple(fc.constantFrom(...aggregateFunctions), fc.array(anyName, { minLength: 1, maxLength: 3 })),
      {
        maxLength: 3,
      },
    ),
  )
  .map(([heads, wanted]): Pick<Rule, 'heads' | 'aggregates'> => {
    const [head] = heads;
    if (wanted.length === 0 || head === undefined) return { heads };
    const first = head.atom.args.length;
    const aggregates = wanted.map(([name, over], at): Aggregate => {
      return { column: first + at, function: name, over: name === 'count' ? over : over.slice(0, 1) };
    });
    const args = [
      ...head.atom.args,
      ...aggregates.map(({ over }): Term => ({ kind: 'variable', name: over[0]! })),
    ];
    const columnArgs = head.atom.columnArgs.filter(
      ({ column }) => typeof column === 'string' || column >= args.length,
    );
    return { heads: [{ negated: false, atom: { ...head.atom, args, columnArgs } }], aggregates };
  });

const anyExtendedRule: fc.Arbitrary<Rule> = fc
  .tuple(anyHeads, fc.array(anyExtendedLiteral, { minLength: 1, maxLength: 4 }))
  .map(([heads, body]) => ({ kind: 'rule', ...heads, body: numbered(body) }));

/** `?` by order of appearance in the statement: the form in which they parse. */
function numbered(body: readonly Literal[]): readonly Literal[] {
  let count = 0;
  return body.map((literal) => {
    const args = literal.atom.args.map((term): Term => {
      if (term.kind === 'constant' || term.name !== '?') return term;
      count += 1;
      return { kind: 'variable', name: `?${count}` };
    });
    return { ...literal, atom: { ...literal.atom, args } };
  });
}

/** Programs with our additions, some without. */
export const anyExtendedProgram = fc.array(fc.oneof(anyFact, anyRule, anyExtendedRule), { maxLength: 4 });
