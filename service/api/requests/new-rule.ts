import type { Json } from '../../base/json.ts';
import { BadRequest } from '../problems.ts';
import { isJsonObject } from './json-shape.ts';
import { type NewRule, ruleText } from './new-policy.ts';

/**
 * The body of POST .../rules (reference 1.6): `name` and `comment` are taken as they are, of any type; an absent
 * or null comment becomes "". Other keys are ignored. Throws BadRequest, WireError.
 */
export function newRuleFrom(body: unknown): NewRule {
  if (!isJsonObject(body)) throw new BadRequest('the body must be a JSON object');
  if (typeof body.rule !== 'string') throw new BadRequest('`rule` must be a text');
  const name: Json = body.name ?? null;
  const comment: Json = body.comment ?? '';
  return { text: ruleText(body.rule), name, comment };
}
