import { z } from 'zod';

/** The schemas that have a name in the OpenAPI document, by that name. */
export const components = z.registry<{ readonly id: string }>();

/** Gives a schema its name in the document; where it is used, the document refers to it. */
export function component<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  components.add(schema, { id });
  return schema;
}

/** A collection: `{"results": [...]}` (reference 1.1). */
export function resultsOf<Schema extends z.ZodType>(member: Schema) {
  return z.strictObject({ results: z.array(member) });
}
