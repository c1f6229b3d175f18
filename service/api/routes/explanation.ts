import { z } from 'zod';
import { explanationDepthMax, explanationWidthMax } from '../../base/limits.ts';
import type { Tuple } from '../../datalog/value.ts';
import { explain } from '../../policy/explanation/explain.ts';
import type { Answer } from '../answer.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { explanationJson } from '../explanation-json.ts';
import { JsonSyntaxError, readLosslessJson } from '../json-reader.ts';
import { BadRequest } from '../problems.ts';
import { explanationSchema } from '../schemas/explanation-schema.ts';

const depthDefault = 10;
const widthDefault = 10;

/** Why a row is in a table of a policy, or why not. Not in Congress. */
export const explanationEndpoints: readonly Endpoint[] = [
  {
    path: '/v1/policies/:policy/tables/:table/explanation',
    shape: 'collection',
    get: {
      summary: 'Explain why a row is in a table, or why it is not',
      access: 'reader',
      query: {
        row: z.string().describe('the row as a JSON list; 2 and 2.0 are different values'),
        depth: z
          .string()
          .describe(`levels of rows to explain, ${depthDefault} unless said, at most ${explanationDepthMax}`),
        width: z
          .string()
          .describe(
            `derivations of one row to list, ${widthDefault} unless said, at most ${explanationWidthMax}`,
          ),
      },
      answers: { 200: explanationSchema },
      handle: answerExplanation,
    },
  },
];

function answerExplanation(call: Call): Answer {
  const { catalog, engine } = call.context.replica;
  const shown = call.params.policy ?? '';
  const explanation = explain(
    { catalog, engine },
    {
      policy: catalog.policyByIdOrName(shown)?.name ?? shown,
      table: call.params.table ?? '',
      row: rowIn(call.query.get('row')),
      limits: {
        depth: numberIn(call.query, {
          name: 'depth',
          preset: depthDefault,
          min: 0,
          max: explanationDepthMax,
        }),
        width: numberIn(call.query, {
          name: 'width',
          preset: widthDefault,
          min: 1,
          max: explanationWidthMax,
        }),
      },
    },
  );
  return { status: 200, body: explanationJson(explanation) };
}

/** Throws BadRequest. */
function rowIn(text: string | null): Tuple {
  if (text === null)
    throw new BadRequest('the parameter `row` is missing: a JSON list with a value for each column');
  const row = parsed(text);
  const isRow =
    Array.isArray(row) && row.every((value) => ['string', 'bigint', 'number'].includes(typeof value));
  if (!isRow) throw new BadRequest('the parameter `row` must be a JSON list of texts and numbers');
  return row as Tuple;
}

function parsed(text: string): unknown {
  try {
    return readLosslessJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError)
      throw new BadRequest(`the parameter \`row\` is not JSON: ${error.message}`);
    throw error;
  }
}

/** Throws BadRequest. */
function numberIn(
  query: URLSearchParams,
  {
    name,
    preset,
    min,
    max,
  }: { readonly name: string; readonly preset: number; readonly min: number; readonly max: number },
): number {
  const text = query.get(name);
  if (text === null) return preset;
  const number = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new BadRequest(`the parameter \`${name}\` must be a whole number from ${min} to ${max}`);
}
