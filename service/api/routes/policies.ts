import { z } from 'zod';
import type { JsonObject } from '../../base/json.ts';
import { createPolicy } from '../../policy/writes/create-policy.ts';
import { deletePolicy } from '../../policy/writes/delete-policy.ts';
import { type PolicySummary, policySummary } from '../../policy/writes/policy-summary.ts';
import { type Answer, createdAnswer, listAnswer, objectAnswer } from '../answer.ts';
import type { Call, Endpoint, WriteCall } from '../endpoint.ts';
import { methodMissing } from '../errors.ts';
import { writeOptions } from '../idempotency.ts';
import { WireError } from '../problems.ts';
import { parseBody } from '../request-body.ts';
import { newPolicyFrom, newPolicySchema } from '../requests/new-policy.ts';
import {
  createdPolicySchema,
  policiesSchema,
  policySchema,
  policyStatusSchema,
} from '../schemas/policy-schema.ts';
import { simulateRoute } from './simulation.ts';

/** Policies (reference 1.5). execute and the library are not built yet and answer 501. */
export const policyEndpoints: readonly Endpoint[] = [
  {
    path: '/v1/policies',
    shape: 'collection',
    get: {
      summary: 'List the policies',
      access: 'reader',
      answers: { 200: policiesSchema },
      handle: listPolicies,
    },
    post: {
      summary: 'Create a policy, with its rules or without',
      access: 'editor',
      query: { library_policy: z.string().describe('id of the library policy to create it from') },
      body: newPolicySchema,
      answers: { 201: createdPolicySchema },
      handle: create,
    },
  },
  {
    path: '/v1/policies/:policy',
    shape: 'element',
    get: { summary: 'Show a policy', access: 'reader', answers: { 200: policySchema }, handle: showPolicy },
    delete: {
      summary: 'Delete a policy with its rules',
      access: 'editor',
      answers: { 200: policySchema },
      handle: remove,
    },
    actions: { simulate: simulateRoute },
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

function listPolicies({ context }: Call): Answer {
  return listAnswer(context.replica.catalog.policies().map((policy) => policyJson(policySummary(policy))));
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
  if (call.query.has('library_policy')) return methodMissing();
  const wanted = newPolicyFrom(body);
  const rules = (wanted.rules ?? []).map((rule) => ({ ...rule, id: random.uuid() }));
  const write = createPolicy({ ...wanted, id: random.uuid(), rules });
  const { result } = await replica.write(write, writeOptions(call, text));
  const created = policyJson(result.policy);
  const location = `${call.baseUrl}${call.path}/${result.policy.id}`;
  if (wanted.rules === null) return createdAnswer(created, location);
  const createdRules = result.rules.map(({ printed, name, comment }) => ({ rule: printed, comment, name }));
  return createdAnswer({ ...created, rules: createdRules }, location);
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

function policyJson(policy: PolicySummary): JsonObject {
  const { id, name, abbreviation, description, ownerId, kind } = policy;
  return { id, name, abbreviation, description, owner_id: ownerId, kind };
}
