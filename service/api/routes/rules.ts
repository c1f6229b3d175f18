import type { Json, JsonObject } from '../../base/json.ts';
import type { Policy, StoredRule } from '../../policy/entities.ts';
import { PolicyOfRuleNotFound } from '../../policy/problems.ts';
import { deleteRule } from '../../policy/writes/delete-rule.ts';
import { insertRule } from '../../policy/writes/insert-rule.ts';
import { type RuleReplacement, replaceRule } from '../../policy/writes/replace-rule.ts';
import { type Answer, createdAnswer, objectAnswer } from '../answer.ts';
import type { Call, Endpoint, WriteCall } from '../endpoint.ts';
import { methodMissing, nothingFound } from '../errors.ts';
import { writeOptions } from '../idempotency.ts';
import { pagedList } from '../paging.ts';
import { WireError } from '../problems.ts';
import { mergePatchType, parseBody } from '../request-body.ts';
import { isJsonObject } from '../requests/json-shape.ts';
import { newRuleFrom, newRuleSchema } from '../requests/new-rule.ts';
import { ruleText } from '../requests/policy-with-rules.ts';
import { rulePatchFrom, rulePatchSchema } from '../requests/rule-patch.ts';
import { pageParameters } from '../schemas/page-parameters.ts';
import { ruleSchema, ruleStatusSchema, rulesSchema } from '../schemas/policy-schema.ts';

/** Rules (reference 1.6). */
export const ruleEndpoints: readonly Endpoint[] = [
  {
    path: '/v1/policies/:policy/rules',
    shape: 'collection',
    get: {
      summary: 'List the rules of a policy, as they were posted',
      access: 'reader',
      query: pageParameters,
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
    put: {
      summary: 'Replace a rule in one step',
      access: 'editor',
      body: newRuleSchema,
      answers: { 200: ruleSchema },
      handle: put,
    },
    patch: {
      summary: 'Change text, name or comment of a rule in one step (RFC 7396)',
      access: 'editor',
      body: rulePatchSchema,
      mediaType: mergePatchType,
      answers: { 200: ruleSchema },
      handle: patch,
    },
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
  const rules = policy === null ? [] : call.context.replica.catalog.rules(policy.id);
  return pagedList(call, rules.map(ruleJson));
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

/** Congress answers 501, and so it is for whatever is no rule (see policy-changes.ts). */
async function put(call: WriteCall): Promise<Answer> {
  const text = await call.text(call.context.settings.requestBodyBytesMax);
  const body = text === '' ? null : parseBody(text);
  if (!isJsonObject(body) || !Object.hasOwn(body, 'rule')) return methodMissing();
  return replace(call, text, newRuleFrom(body));
}

async function patch(call: WriteCall): Promise<Answer> {
  if (call.mediaType !== mergePatchType) return methodMissing();
  const text = await call.text(call.context.settings.requestBodyBytesMax);
  const { rule, name, comment } = rulePatchFrom(parseBody(text));
  return replace(call, text, {
    ...(rule === undefined ? {} : { text: ruleText(rule) }),
    ...(name === undefined ? {} : { name: name as Json }),
    ...(comment === undefined ? {} : { comment: (comment ?? '') as Json }),
  });
}

async function replace(
  call: WriteCall,
  body: string,
  wanted: Omit<RuleReplacement, 'policy' | 'rule'>,
): Promise<Answer> {
  const { policy = '', rule = '' } = call.params;
  const write = replaceRule({ ...wanted, policy, rule });
  const { result } = await call.context.replica.write(write, writeOptions(call, body));
  return objectAnswer(ruleJson(result));
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

function ruleJson(rule: Pick<StoredRule, 'text' | 'name' | 'comment'> & { readonly id: string }): JsonObject {
  const { id, text, name, comment } = rule;
  return { id, rule: text, name, comment };
}
