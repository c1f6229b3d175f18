import { z } from 'zod';
import { PolicyNotFound } from '../../policy/problems.ts';
import { validateRules } from '../../policy/validate-rules.ts';
import { type PolicyReplacement, replacePolicy } from '../../policy/writes/replace-policy.ts';
import { type Answer, objectAnswer } from '../answer.ts';
import type { WriteCall, WriteRoute } from '../endpoint.ts';
import { methodMissing } from '../errors.ts';
import { writeOptions } from '../idempotency.ts';
import { mergePatchType, parseBody } from '../request-body.ts';
import { checked } from '../requests/checked.ts';
import { isJsonObject } from '../requests/json-shape.ts';
import { checkKindStays, policyPatchFrom, policyPatchSchema } from '../requests/policy-patch.ts';
import {
  abbreviationOf,
  newRulesOf,
  type PolicyWithRules,
  policyWithRulesFrom,
  policyWithRulesSchema,
  ruleText,
} from '../requests/policy-with-rules.ts';
import { component } from '../schemas/component.ts';
import { createdPolicySchema } from '../schemas/policy-schema.ts';
import { createdPolicyJson } from './policy-json.ts';

/**
 * Changing a policy that is there, which Congress cannot do: it answers 501. So do requests that it would have
 * answered so and that are no replacement here: PATCH with another media type, PUT without `rules`.
 */
export const policyPatch: WriteRoute = {
  summary: 'Change name, description, abbreviation or rules of a policy (RFC 7396)',
  access: 'editor',
  body: policyPatchSchema,
  mediaType: mergePatchType,
  answers: { 200: createdPolicySchema },
  handle: patch,
};

export const policyPut: WriteRoute = {
  summary: 'Replace a policy with all its rules in one step',
  access: 'editor',
  body: policyWithRulesSchema,
  answers: { 200: createdPolicySchema },
  handle: put,
};

const validation = z.strictObject({
  rules: z
    .array(z.union([z.string(), z.looseObject({ rule: z.string() })]), '`rules` must be a list')
    .max(10_000),
});

const finding = z.strictObject({
  rule: z.number().int().nullable(),
  code: z.string(),
  message: z.string(),
  line: z.number().int().nullable(),
  column: z.number().int().nullable(),
  hint: z.string().nullable(),
});

export const policyValidate: WriteRoute = {
  summary: 'List everything that keeps rules from being inserted; nothing is stored',
  access: 'editor',
  heavy: true,
  changesNothing: true,
  body: component('RulesToValidate', validation),
  answers: {
    200: component('Validation', z.strictObject({ valid: z.boolean(), problems: z.array(finding) })),
  },
  handle: validate,
};

async function patch(call: WriteCall): Promise<Answer> {
  if (call.mediaType !== mergePatchType) return methodMissing();
  const text = await call.text(call.context.settings.requestBodyBytesMax);
  const { kind, description, abbreviation, name, rules } = policyPatchFrom(parseBody(text));
  const shownName = name ?? (await knownPolicy(call)).name;
  return replace(call, text, {
    kind,
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description: description ?? '' }),
    ...(abbreviation === undefined ? {} : { abbreviation: abbreviation ?? abbreviationOf(shownName) }),
    ...(rules === undefined ? {} : { rules }),
  });
}

async function put(call: WriteCall): Promise<Answer> {
  const text = await call.text(call.context.settings.requestBodyBytesMax);
  const body = text === '' ? null : parseBody(text);
  if (!isJsonObject(body) || !Object.hasOwn(body, 'rules')) return methodMissing();
  const { name, kind, description = '', abbreviation, rules } = policyWithRulesFrom(body);
  const fields = { name, description, abbreviation: abbreviation ?? abbreviationOf(name) };
  return replace(call, text, { kind, ...fields, rules });
}

async function replace(
  call: WriteCall,
  text: string,
  wanted: Omit<PolicyReplacement, 'policy' | 'rulesVersion' | 'rules'> & {
    readonly kind: string | undefined;
    readonly rules?: PolicyWithRules['rules'];
  },
): Promise<Answer> {
  const { replica, random } = call.context;
  const { kind, rules, ...fields } = wanted;
  const policy = await knownPolicy(call);
  checkKindStays(kind, policy);
  const newRules = rules && newRulesOf({ rules }).map((rule) => ({ ...rule, id: random.uuid() }));
  const write = replacePolicy({
    ...fields,
    policy: policy.id,
    // Any number that no other replacement draws; see Policy.
    rulesVersion: 1 + Math.floor(random.next() * 2 ** 48),
    ...(newRules === undefined ? {} : { rules: newRules }),
  });
  const { result } = await replica.write(write, writeOptions(call, text));
  return objectAnswer(createdPolicyJson(result));
}

async function validate(call: WriteCall): Promise<Answer> {
  const text = await call.text(call.context.settings.requestBodyBytesMax);
  const { rules } = checked(validation, parseBody(text));
  const texts = rules.map((rule) => ruleText(typeof rule === 'string' ? rule : rule.rule));
  await call.awaitConsistency();
  const policy = policyOf(call);
  const problems = validateRules(call.context.replica.catalog, policy.name, texts);
  return objectAnswer({ valid: problems.length === 0, problems: problems.map((each) => ({ ...each })) });
}

/** As of now, wherever it was created. Throws PolicyNotFound. */
async function knownPolicy(call: WriteCall) {
  const { replica } = call.context;
  await replica.awaitConsistency({ kind: 'linearizable', explicit: false }, call.signal);
  return policyOf(call);
}

function policyOf(call: WriteCall) {
  const shown = call.params.policy ?? '';
  const policy = call.context.replica.catalog.policyByIdOrName(shown);
  if (policy === undefined) throw new PolicyNotFound(shown);
  return policy;
}
