import { z } from 'zod';
import type { Json, JsonObject } from '../../base/json.ts';
import type { LibraryPolicy } from '../../policy/entities.ts';
import { LibraryPolicyNotFound } from '../../policy/problems.ts';
import {
  type LibraryPolicySummary,
  libraryPolicySummary,
} from '../../policy/writes/library-policy-summary.ts';
import {
  createLibraryPolicy,
  deleteLibraryPolicy,
  replaceLibraryPolicy,
} from '../../policy/writes/library-writes.ts';
import { type Answer, createdAnswer, objectAnswer } from '../answer.ts';
import { decodePath } from '../canonical-path.ts';
import type { Call, Endpoint, WriteCall } from '../endpoint.ts';
import { writeOptions } from '../idempotency.ts';
import { pagedList } from '../paging.ts';
import { parseBody } from '../request-body.ts';
import { newLibraryPolicyFrom } from '../requests/new-library-policy.ts';
import { policyWithRulesSchema } from '../requests/policy-with-rules.ts';
import { pageParameters } from '../schemas/page-parameters.ts';
import { libraryPoliciesSchema, libraryPolicySchema } from '../schemas/policy-schema.ts';

const includeRules = z.string().describe('`false` leaves the rules out');

/** The policy library (reference 1.11): by id, and by name too. */
export const libraryPolicyEndpoints: readonly Endpoint[] = [
  {
    path: '/v1/librarypolicies',
    shape: 'collection',
    get: {
      summary: 'List the library policies',
      access: 'reader',
      query: {
        ...pageParameters,
        include_rules: includeRules,
        name: z.string().describe('only the one of this name'),
      },
      answers: { 200: libraryPoliciesSchema },
      handle: list,
    },
    post: {
      summary: 'Put a policy into the library; its rules are not checked',
      access: 'editor',
      body: policyWithRulesSchema,
      answers: { 201: libraryPolicySchema },
      handle: create,
    },
  },
  {
    path: '/v1/librarypolicies/:library',
    shape: 'element',
    get: {
      summary: 'Show a library policy',
      access: 'reader',
      query: { include_rules: includeRules },
      answers: { 200: libraryPolicySchema },
      handle: show,
    },
    put: {
      summary: 'Replace a library policy; answers the body',
      access: 'editor',
      body: policyWithRulesSchema,
      answers: { 200: policyWithRulesSchema },
      handle: replace,
    },
    delete: {
      summary: 'Take a policy out of the library',
      access: 'editor',
      answers: { 200: libraryPolicySchema },
      handle: remove,
    },
  },
];

function list(call: Call): Answer {
  const { library } = call.context.replica.catalog;
  const name = call.query.get('name');
  const named =
    name === null ? library.list() : [library.byName(name)].filter((found) => found !== undefined);
  return pagedList(
    call,
    named.map((policy) => shownAs(call, policy)),
  );
}

function show(call: Call): Answer {
  const { shown, decoded } = named(call);
  const policy = call.context.replica.catalog.library.byIdOrName(decoded);
  if (policy === undefined) throw new LibraryPolicyNotFound(shown);
  return objectAnswer(shownAs(call, policy));
}

async function create(call: WriteCall): Promise<Answer> {
  const { replica, random, settings } = call.context;
  const text = await call.text(settings.requestBodyBytesMax);
  const write = createLibraryPolicy({ ...newLibraryPolicyFrom(parseBody(text)), id: random.uuid() });
  const { result } = await replica.write(write, writeOptions(call, text));
  return createdAnswer(withRules(result), `${call.baseUrl}${call.path}/${result.id}`);
}

async function replace(call: WriteCall): Promise<Answer> {
  const { replica, settings } = call.context;
  const text = await call.text(settings.requestBodyBytesMax);
  const body = parseBody(text);
  const write = replaceLibraryPolicy(named(call).decoded, newLibraryPolicyFrom(body));
  await replica.write(write, writeOptions(call, text));
  return objectAnswer(body as Json);
}

async function remove(call: WriteCall): Promise<Answer> {
  const write = deleteLibraryPolicy(named(call).decoded);
  const { result } = await call.context.replica.write(write, writeOptions(call, ''));
  return objectAnswer(withRules(result));
}

function named(call: Call): { readonly shown: string; readonly decoded: string } {
  const shown = call.params.library ?? '';
  return { shown, decoded: decodePath(shown) };
}

/** Only the text `false`, in any case, leaves the rules out. */
function shownAs(call: Call, policy: LibraryPolicy): JsonObject {
  const { rules, ...fields } = libraryPolicySummary(policy);
  return call.query.get('include_rules')?.toLowerCase() === 'false' ? fields : { ...fields, rules };
}

function withRules(policy: LibraryPolicySummary): JsonObject {
  return { ...policy };
}
