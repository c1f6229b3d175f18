import { assert } from '../base/assert.ts';
import type { Json, JsonObject } from '../base/json.ts';

/**
 * Reads members of a JSON object that this service wrote itself, so a wrong shape is a bug or a corrupted
 * store: every method throws AssertionFailure, naming the member.
 */
export class JsonReader {
  readonly #object: JsonObject;
  readonly #what: string;

  /** `what` names the object in failures, for example `rule`. */
  constructor(object: JsonObject, what: string) {
    this.#object = object;
    this.#what = what;
  }

  /** Of JSON that should be an object. */
  static of(json: Json, what: string): JsonReader {
    assert(isObject(json), `a stored ${what} is an object`);
    return new JsonReader(json, what);
  }

  /** For members that were added to a layout later. */
  has(member: string): boolean {
    return this.#object[member] !== undefined;
  }

  any(member: string): Json {
    const value = this.#object[member];
    assert(value !== undefined, this.#expected(member, 'a value'));
    return value;
  }

  text(member: string): string {
    const value = this.#object[member];
    assert(typeof value === 'string', this.#expected(member, 'a string'));
    return value;
  }

  textOrNull(member: string): string | null {
    return this.#object[member] === null ? null : this.text(member);
  }

  integer(member: string): number {
    const value = this.#object[member];
    assert(typeof value === 'number' && Number.isSafeInteger(value), this.#expected(member, 'an integer'));
    return value;
  }

  /** Null also when the member is absent: records of before it existed. */
  integerOrNull(member: string): number | null {
    return (this.#object[member] ?? null) === null ? null : this.integer(member);
  }

  flag(member: string): boolean {
    const value = this.#object[member];
    assert(typeof value === 'boolean', this.#expected(member, 'a boolean'));
    return value;
  }

  oneOf<Text extends string>(member: string, allowed: readonly Text[]): Text {
    const text = this.text(member);
    const found = allowed.find((candidate) => candidate === text);
    assert(found !== undefined, this.#expected(member, `one of ${allowed.join(', ')}`));
    return found;
  }

  object(member: string): JsonObject {
    const value = this.#object[member];
    assert(isObject(value), this.#expected(member, 'an object'));
    return value;
  }

  objectOrNull(member: string): JsonObject | null {
    return this.#object[member] === null ? null : this.object(member);
  }

  objects(member: string): readonly JsonObject[] {
    const value = this.#object[member];
    assert(Array.isArray(value) && value.every(isObject), this.#expected(member, 'a list of objects'));
    return value as readonly JsonObject[];
  }

  #expected(member: string, shape: string): string {
    return `\`${member}\` of a stored ${this.#what} is ${shape}`;
  }
}

function isObject(value: Json | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
