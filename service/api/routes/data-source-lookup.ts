import type { DataSource } from '../../policy/entities.ts';
import { decodePath } from '../canonical-path.ts';
import type { Call } from '../endpoint.ts';
import { WireError } from '../problems.ts';

/** The data source that the path names, by id or name. Throws what `missing` makes of an unknown one. */
export function dataSourceOf(call: Call, missing: (shown: string) => Error): DataSource {
  const shown = call.params.source ?? '';
  const source = call.context.replica.catalog.dataSourceByIdOrName(decodePath(shown));
  if (source === undefined) throw missing(shown);
  return source;
}

/** 404 in the words that Congress has for a data source below its own path (reference 1.7, 1.14). */
export function serviceMissing(options: { readonly prefix: string }): (shown: string) => Error {
  return (shown) => new WireError(`${options.prefix}service '${shown}' could not be found`, { status: 404 });
}
