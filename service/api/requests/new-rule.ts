import { z } from 'zod';
import type { Json } from '../../base/json.ts';
import { component } from '../schemas/component.ts';
import { checked, notAnObject } from './checked.ts';
import { type NewRule, ruleText } from './policy-with-rules.ts';

/** For the document, and for the parser below. */
export const newRuleSchema = component(
  'NewRule',
  z.looseObject(
    {
      rule: z.string('`rule` must be a text'),
      /** Of any type, null when absent. */
      name: z.unknown().optional(),
      /** Of any type, "" when absent. */
      comment: z.unknown().optional(),
    },
    notAnObject,
  ),
);

/**
 * The body of POST .../rules (reference 1.6): `name` and `comment` are taken as they are, of any type; an absent
 * or null comment becomes "". Other keys are ignored. Throws BadRequest, WireError.
 */
export function newRuleFrom(body: unknown): NewRule {
  const { rule, name, comment } = checked(newRuleSchema, body);
  return { text: ruleText(rule), name: (name ?? null) as Json, comment: (comment ?? '') as Json };
}
