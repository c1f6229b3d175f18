import { z } from 'zod';
import type { Json, JsonObject } from '../../base/json.ts';
import { components } from '../schemas/component.ts';

/**
 * JSON Schemas (2020-12, as OpenAPI 3.1 has them) of the zod schemas that requests are checked with and answers
 * are described by. Named schemas are collected and referred to.
 */
export class JsonSchemas {
  readonly #named = new Map<string, JsonObject>();

  /** `direction` matters where a schema takes more than it gives. */
  of(schema: z.ZodType, direction: 'input' | 'output'): JsonObject {
    const whole = z.toJSONSchema(schema, { metadata: components, io: direction, unrepresentable: 'any' });
    const {
      $schema: _,
      $defs = {},
      ...own
    } = referring(whole as JsonObject) as JsonObject & {
      readonly $defs?: JsonObject;
    };
    for (const [name, definition] of Object.entries($defs)) this.#add(name, definition as JsonObject);
    const name = components.get(schema)?.id;
    // A named schema at the top is not moved by itself.
    if (name === undefined || '$ref' in own) return own;
    this.#add(name, own);
    return { $ref: reference(name) };
  }

  /** Sorted by name. */
  named(): JsonObject {
    return Object.fromEntries([...this.#named].sort(([left], [right]) => (left < right ? -1 : 1)));
  }

  #add(name: string, definition: JsonObject): void {
    const { id: _, $id: __, ...rest } = definition;
    this.#named.set(name, rest);
  }
}

function reference(name: string): string {
  return `#/components/schemas/${name}`;
}

/** The same with references into the document's components. */
function referring(value: Json): Json {
  if (Array.isArray(value)) return value.map(referring);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      key === '$ref' && typeof member === 'string'
        ? member.replace('#/$defs/', '#/components/schemas/')
        : referring(member as Json),
    ]),
  );
}
