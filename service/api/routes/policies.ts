import { z } from 'zod';
import { LibraryPolicyChanged } from '../../policy/problems.ts';
import { createPolicy } from '../../policy/writes/create-policy.ts';
import { createPolicyFromLibrary } from '../../policy/writes/create-policy-from-library.ts';
import { deletePolicy } from '../../policy/writes/delete-policy.ts';
import { libraryPolicySummary } from '../../policy/writes/library-policy-summary.ts';
import { policySummary } from '../../policy/writes/policy-summary.ts';
import { type Answer, createdAnswer, objectAnswer } from '../answer.ts';
import { libraryAttemptsMax } from '../api-limits.ts';
import type { Call, Endpoint, WriteCall } from '../endpoint.ts';
import { writeOptions } from '../idempotency.ts';
import { pagedList } from '../paging.ts';
import { BadRequest, WireError } from '../problems.ts';
import { parseBody } from '../request-body.ts';
import { isJsonObject } from '../requests/json-shape.ts';
import { newPolicyFrom, newPolicySchema } from '../requests/new-policy.ts';
import { newRulesOf, policyWithRulesFrom } from '../requests/policy-with-rules.ts';
import { pageParameters } from '../schemas/page-parameters.ts';
import {
  createdPolicySchema,
  policiesSchema,
  policySchema,
  policyStatusSchema,
} from '../schemas/policy-schema.ts';
import { executeOnPolicy } from './execute.ts';
import { policyPatch, policyPut, policyValidate } from './policy-changes.ts';
import { createdPolicyJson, policyJson } from './policy-json.ts';
import { simulateRoute } from './simulation.ts';

/** Policies (reference 1.5), and what is asked of one: simulate and execute (reference 1.9, 1.10). */
export const policyEndpoints: readonly Endpoint[] = [
  {
    path: '/v1/policies',
    shape: 'collection',
    get: {
      summary: 'List the policies',
      access: 'reader',
      query: pageParameters,
      answers: { 200: policiesSchema },
      handle: listPolicies,
    },
    post: {
      summary: 'Create a policy, with its rules or without',
      access: 'editor',
      query: {
        library_policy: z
          .string()
          .describe('id or name of the library policy to create it from; the body is then `{}`'),
      },
      body: newPolicySchema,
      answers: { 201: createdPolicySchema },
      handle: create,
    },
  },
  {
    path: '/v1/policies/:policy',
    shape: 'element',
    get: { summary: 'Show a policy', access: 'reader', answers: { 200: policySchema }, handle: showPolicy },
    put: policyPut,
    patch: policyPatch,
    delete: {
      summary: 'Delete a policy with its rules',
      access: 'editor',
      answers: { 200: policySchema },
      handle: remove,
    },
    actions: { execute: executeOnPolicy, simulate: simulateRoute, validate: policyValidate },
  },
  {
    path: '/v1/policies/:policy/status',
    shape: 'element',
    get: {
      summary: 'Show name and id of a policy',
      access: 'reader',
      answers: { 200: policyStatusSchema },
      handle: showStatus,
    },
  },
];

function listPolicies(call: Call): Answer {
  const policies = call.context.replica.catalog.policies();
  return pagedList(
    call,
    policies.map((policy) => policyJson(policySummary(policy))),
  );
}

function showPolicy({ context, params }: Call): Answer {
  const shown = params.policy ?? '';
  const policy = context.replica.catalog.policyByIdOrName(shown);
  if (policy !== undefined) return objectAnswer(policyJson(policySummary(policy)));
  throw new WireError(`Not Found::No policy found with name or id ${shown}`, { status: 404 });
}

async function create(call: WriteCall): Promise<Answer> {
  const { replica, random, settings } = call.context;
  const text = await call.text(settings.requestBodyBytesMax);
  const body = parseBody(text);
  if (call.query.has('library_policy')) {
    if (!isFalsy(body)) throw new BadRequest('the body must be `{}` when a library policy is asked for');
    return createFromLibrary(call, text);
  }
  const wanted = newPolicyFrom(body);
  const rules = (wanted.rules ?? []).map((rule) => ({ ...rule, id: random.uuid() }));
  const write = createPolicy({ ...wanted, id: random.uuid(), rules });
  const { result } = await replica.write(write, writeOptions(call, text));
  const created = wanted.rules === null ? policyJson(result.policy) : createdPolicyJson(result);
  return createdAnswer(created, `${call.baseUrl}${call.path}/${result.policy.id}`);
}

/** The body is empty in the sense of Python. Whoever changes the library meanwhile goes before or after. */
async function createFromLibrary(call: WriteCall, text: string): Promise<Answer> {
  const { replica, random } = call.context;
  const wanted = call.query.get('library_policy') ?? '';
  for (let attempts = 1; ; attempts += 1) {
    await replica.awaitConsistency({ kind: 'linearizable', explicit: false }, call.signal);
    const source = replica.catalog.library.byIdOrName(wanted);
    if (source === undefined)
      throw new WireError(`No policy found with policy id ${wanted}`, { status: 409 });
    const { rules } = policyWithRulesFrom(libraryPolicySummary(source));
    const newRules = newRulesOf({ rules }).map((rule) => ({ ...rule, id: random.uuid() }));
    const write = createPolicyFromLibrary(source, { id: random.uuid(), rules: newRules });
    try {
      const { result } = await replica.write(write, writeOptions(call, text));
      return createdAnswer(createdPolicyJson(result), `${call.baseUrl}${call.path}/${result.policy.id}`);
    } catch (problem) {
      if (!(problem instanceof LibraryPolicyChanged) || attempts === libraryAttemptsMax) throw problem;
    }
  }
}

async function remove(call: WriteCall): Promise<Answer> {
  const { result } = await call.context.replica.write(
    deletePolicy(call.params.policy ?? ''),
    writeOptions(call, ''),
  );
  return objectAnswer(policyJson(result));
}

/** Name and id of a policy; of a data source the name alone (reference 1.14). */
function showStatus({ context, params }: Call): Answer {
  const shown = params.policy ?? '';
  const { catalog } = context.replica;
  const policy = catalog.policyByIdOrName(shown);
  if (policy !== undefined) return objectAnswer({ name: policy.name, id: policy.id });
  const source = catalog.dataSourceInRules(shown);
  if (source !== undefined) return objectAnswer({ name: source.name });
  throw new WireError(`policy with name or id '${shown}' doesn't exist`, { status: 404 });
}

/** Empty as Python sees it. */
function isFalsy(body: unknown): boolean {
  if (Array.isArray(body)) return body.length === 0;
  return isJsonObject(body) ? Object.keys(body).length === 0 : !body;
}
