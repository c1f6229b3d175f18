import type { Json, JsonObject } from '../base/json.ts';
import { MalformedFormula } from './problems.ts';
import { pythonFloat } from './python-text.ts';
import {
  type Aggregate,
  type Atom,
  aggregateFunctions,
  type ColumnArgument,
  type Formula,
  type Literal,
  type Modal,
  type Term,
} from './tree.ts';
import type { Value } from './value.ts';

/**
 * Formulas as plain JSON and back without loss: integers of any size, floats that are not finite, -0, and the
 * difference between 1 and 1.0 survive. The layout is durable (change records, rule items): never change the
 * meaning of a member, only add.
 *
 *     formula   {"fact": atom} | {"heads": [literal], "body": [literal], "aggregates": [aggregate]}
 *     aggregate [column, function, [name]]; without any the member is absent
 *     literal   atom, with "not": true when negated
 *     atom      {"p": policy, "t": table, "a": [term], "m": modal, "c": [[column, term]]}; p, m, c may be absent
 *     term      {"v": name} | {"s": text} | {"i": decimal digits} | {"f": float}
 */
export function formulaToJson(formula: Formula): JsonObject {
  if (formula.kind === 'fact') return { fact: atomToJson(formula.atom) };
  const rule = { heads: formula.heads.map(literalToJson), body: formula.body.map(literalToJson) };
  if (formula.aggregates === undefined) return rule;
  return {
    ...rule,
    aggregates: formula.aggregates.map(({ column, function: name, over }) => [column, name, [...over]]),
  };
}

/** Throws MalformedFormula, naming the member, when `json` was not written by {@link formulaToJson}. */
export function formulaFromJson(json: Json): Formula {
  const formula = objectAt(json, '$');
  if (formula.fact !== undefined) return { kind: 'fact', atom: atomFromJson(formula.fact, '$.fact') };
  return {
    kind: 'rule',
    heads: listAt(formula.heads, '$.heads').map((head, i) => literalFromJson(head, `$.heads[${i}]`)),
    body: listAt(formula.body, '$.body').map((literal, i) => literalFromJson(literal, `$.body[${i}]`)),
    ...(formula.aggregates === undefined
      ? {}
      : {
          aggregates: listAt(formula.aggregates, '$.aggregates').map((aggregate, i) =>
            aggregateFromJson(aggregate, `$.aggregates[${i}]`),
          ),
        }),
  };
}

export function valueToJson(value: Value): JsonObject {
  if (typeof value === 'string') return { s: value };
  return typeof value === 'bigint' ? { i: value.toString() } : { f: pythonFloat(value) };
}

/** Throws MalformedFormula. */
export function valueFromJson(json: Json | undefined, path = '$'): Value {
  const { s, i, f } = objectAt(json, path);
  if (typeof s === 'string') return s;
  if (typeof i === 'string' && /^-?[0-9]+$/.test(i)) return BigInt(i);
  if (typeof f === 'string') return floatFrom(f, path);
  throw new MalformedFormula(path);
}

const NOT_FINITE: ReadonlyMap<string, number> = new Map([
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['nan', Number.NaN],
]);
const MODALS: ReadonlySet<string> = new Set<Modal>(['execute', 'insert', 'delete']);

function literalToJson({ negated, atom }: Literal): JsonObject {
  return negated ? { not: true, ...atomToJson(atom) } : atomToJson(atom);
}

function atomToJson({ modal, policy, table, args, columnArgs }: Atom): JsonObject {
  return {
    ...(modal === null ? {} : { m: modal }),
    ...(policy === null ? {} : { p: policy }),
    t: table,
    a: args.map(termToJson),
    ...(columnArgs.length === 0
      ? {}
      : { c: columnArgs.map(({ column, term }) => [column, termToJson(term)]) }),
  };
}

function termToJson(term: Term): JsonObject {
  return term.kind === 'variable' ? { v: term.name } : valueToJson(term.value);
}

function aggregateFromJson(json: Json, path: string): Aggregate {
  const [column, name, over] = listAt(json, path);
  const known = aggregateFunctions.find((candidate) => candidate === name);
  if (typeof column !== 'number' || known === undefined) throw new MalformedFormula(path);
  const names = listAt(over, path).map((variable) => {
    if (typeof variable !== 'string') throw new MalformedFormula(path);
    return variable;
  });
  return { column, function: known, over: names };
}

function literalFromJson(json: Json, path: string): Literal {
  return { negated: objectAt(json, path).not === true, atom: atomFromJson(json, path) };
}

function atomFromJson(json: Json, path: string): Atom {
  const { m = null, p = null, t, a, c = [] } = objectAt(json, path);
  if (typeof t !== 'string') throw new MalformedFormula(`${path}.t`);
  if (p !== null && typeof p !== 'string') throw new MalformedFormula(`${path}.p`);
  if (m !== null && (typeof m !== 'string' || !MODALS.has(m))) throw new MalformedFormula(`${path}.m`);
  return {
    modal: m as Modal | null,
    policy: p,
    table: t,
    args: listAt(a, `${path}.a`).map((term, i) => termFromJson(term, `${path}.a[${i}]`)),
    columnArgs: listAt(c, `${path}.c`).map((argument, i) => columnFromJson(argument, `${path}.c[${i}]`)),
  };
}

function columnFromJson(json: Json, path: string): ColumnArgument {
  const [column, term] = listAt(json, path);
  if (typeof column !== 'string' && typeof column !== 'number') throw new MalformedFormula(path);
  return { column, term: termFromJson(term, path) };
}

function termFromJson(json: Json | undefined, path: string): Term {
  const { v } = objectAt(json, path);
  return typeof v === 'string'
    ? { kind: 'variable', name: v }
    : { kind: 'constant', value: valueFromJson(json, path) };
}

function floatFrom(text: string, path: string): number {
  const value = NOT_FINITE.get(text) ?? Number(text === '' ? 'x' : text);
  if (Number.isNaN(value) && text !== 'nan') throw new MalformedFormula(path);
  return value;
}

function objectAt(json: Json | undefined, path: string): JsonObject {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) throw new MalformedFormula(path);
  return json as JsonObject;
}

function listAt(json: Json | undefined, path: string): readonly Json[] {
  if (!Array.isArray(json)) throw new MalformedFormula(path);
  return json;
}
