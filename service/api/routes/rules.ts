import type { Json } from '../../base/json.ts';
import type { Policy, StoredRule } from '../../policy/entities.ts';
import { PolicyOfRuleNotFound } from '../../policy/problems.ts';
import { deleteRule } from '../../policy/writes/delete-rule.ts';
import { insertRule } from '../../policy/writes/insert-rule.ts';
import { type Answer, createdAnswer, listAnswer, objectAnswer } from '../answer.ts';
import type { Call, Endpoint, WriteCall } from '../endpoint.ts';
import { nothingFound } from '../errors.ts';
import { writeOptions } from '../idempotency.ts';
import { WireError } from '../problems.ts';
import { parseBody } from '../request-body.ts';
import { newRuleFrom, newRuleSchema } from '../requests/new-rule.ts';
import { ruleSchema, ruleStatusSchema, rulesSchema } from '../schemas/policy-schema.ts';

/** Rules (reference 1.6). */
export const ruleEndpoints: readonly Endpoint[] = [
  {
    path: '/v1/policies/:policy/rules',
    shape: 'collection',
    get: {
      summary: 'List the rules of a policy, as they were posted',
      access: 'reader',
      answers: { 200: rulesSchema },
      handle: listRules,
    },
    post: {
      summary: 'Insert a rule or a fact',
      access: 'editor',
      body: newRuleSchema,
      answers: { 201: ruleSchema },
      handle: create,
    },
  },
  {
    path: '/v1/policies/:policy/rules/:rule',
    shape: 'element',
    get: { summary: 'Show a rule', access: 'reader', answers: { 200: ruleSchema }, handle: showRule },
    delete: { summary: 'Delete a rule', access: 'editor', answers: { 200: ruleSchema }, handle: remove },
  },
  {
    path: '/v1/policies/:policy/rules/:rule/status',
    shape: 'element',
    get: {
      summary: 'Show what a rule is called and its text',
      access: 'reader',
      answers: { 200: ruleStatusSchema },
      handle: showStatus,
    },
  },
];

function listRules(call: Call): Answer {
  const policy = policyOf(call);
  return listAnswer(policy === null ? [] : call.context.replica.catalog.rules(policy.id).map(ruleJson));
}

function showRule(call: Call): Answer {
  const rule = ruleOf(call, policyOf(call));
  return rule === undefined ? nothingFound() : objectAnswer(ruleJson(rule));
}

/** The answer has the rule re-formatted; lists have it as posted. */
async function create(call: WriteCall): Promise<Answer> {
  const { replica, random, settings } = call.context;
  const text = await call.text(settings.requestBodyBytesMax);
  const wanted = newRuleFrom(parseBody(text));
  const write = insertRule({ ...wanted, policy: call.params.policy ?? '', id: random.uuid() });
  const { result } = await replica.write(write, writeOptions(call, text));
  const { id, printed, name, comment } = result;
  return createdAnswer({ rule: printed, id, comment, name }, `${call.baseUrl}${call.path}/${id}`);
}

async function remove(call: WriteCall): Promise<Answer> {
  const { policy = '', rule = '' } = call.params;
  const { result } = await call.context.replica.write(deleteRule(policy, rule), writeOptions(call, ''));
  return objectAnswer(ruleJson(result));
}

/** Facts have no status, as in Congress (reference 1.14). */
function showStatus(call: Call): Answer {
  const { policy: shown = '', rule: ruleId = '' } = call.params;
  const { catalog } = call.context.replica;
  const policy = catalog.policyByIdOrName(shown);
  if (policy === undefined && catalog.dataSourceInRules(shown) === undefined) {
    throw new WireError(`policy with name or id '${shown}' doesn't exist`, { status: 404 });
  }
  const rule = ruleOf(call, policy ?? null);
  if (rule === undefined || rule.formula.kind === 'fact') {
    throw new WireError(`rule_id ${ruleId}  is not found.`, { status: 404 });
  }
  const { id, name, comment, text } = rule;
  const known = Object.entries({ name, id, comment, original_str: text } as Record<string, Json>);
  return objectAnswer(Object.fromEntries(known.filter(([, value]) => value !== null)));
}

/** Null for a data source, which is a policy without rules here. Throws PolicyOfRuleNotFound. */
function policyOf(call: Call): Policy | null {
  const shown = call.params.policy ?? '';
  const { catalog } = call.context.replica;
  const policy = catalog.policyByIdOrName(shown);
  if (policy !== undefined) return policy;
  if (catalog.dataSourceInRules(shown) !== undefined) return null;
  throw new PolicyOfRuleNotFound(shown);
}

function ruleOf(call: Call, policy: Policy | null): StoredRule | undefined {
  return policy === null ? undefined : call.context.replica.catalog.rule(policy.id, call.params.rule ?? '');
}

function ruleJson(rule: Pick<StoredRule, 'text' | 'name' | 'comment'> & { readonly id: string }): Json {
  const { id, text, name, comment } = rule;
  return { id, rule: text, name, comment };
}
