import { isLosslessNumber, parse, stringify } from 'lossless-json';
import type { Value } from '../../datalog/value.ts';
import type { Builtin } from './builtin.ts';

/**
 * Looks into JSON texts (docs/DATALOG.md). `path` is a JSON Pointer (RFC 6901). What is found becomes a value as data
 * sources deliver it: true, false and null the texts `True`, `False` and `None`, numbers without fraction and
 * exponent integers; objects and arrays stay JSON text. A text that is not JSON, or lacks the place, fails.
 */
export function jsonBuiltins(): readonly Builtin[] {
  const documents = new LastDocument();
  return [
    {
      name: 'json_get',
      inputs: 2,
      outputs: 1,
      evaluate: (text: Value, path: Value) => asValue(at(documents.parsed(text), path)),
    },
    {
      name: 'json_each',
      inputs: 2,
      outputs: 1,
      many: true,
      evaluate: (text: Value, path: Value) => [...new Set(elements(at(documents.parsed(text), path)))],
    },
  ];
}

/** A rule asks one document for several places. */
class LastDocument {
  #text: Value | null = null;
  #document: unknown;

  parsed(text: Value): unknown {
    if (typeof text !== 'string') throw new TypeError('JSON is a text');
    if (text !== this.#text) {
      this.#document = parse(text);
      this.#text = text;
    }
    return this.#document;
  }
}

function at(document: unknown, path: Value): unknown {
  if (typeof path !== 'string' || (path !== '' && !path.startsWith('/'))) throw new TypeError('no pointer');
  let found = document;
  for (const step of path.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    found = member(found, name);
  }
  return found;
}

function member(container: unknown, name: string): unknown {
  const isArray = Array.isArray(container);
  if (typeof container !== 'object' || container === null || isLosslessNumber(container))
    throw new RangeError('nothing inside');
  if (isArray ? !/^(0|[1-9]\d*)$/.test(name) : false) throw new RangeError('not an index');
  if (!Object.hasOwn(container, name)) throw new RangeError('no such member');
  return (container as Record<string, unknown>)[name];
}

/** Elements of an array, names of an object. */
function elements(container: unknown): readonly Value[] {
  if (Array.isArray(container)) return container.map(asValue);
  if (typeof container !== 'object' || container === null || isLosslessNumber(container))
    throw new TypeError('neither array nor object');
  return Object.keys(container);
}

function asValue(json: unknown): Value {
  if (typeof json === 'string') return json;
  if (json === null) return 'None';
  if (typeof json === 'boolean') return json ? 'True' : 'False';
  if (!isLosslessNumber(json)) return stringify(json) ?? 'None';
  return /^-?\d+$/.test(json.value) ? BigInt(json.value) : Number(json.value);
}
