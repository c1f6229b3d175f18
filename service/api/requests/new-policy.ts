import { z } from 'zod';
import type { Json } from '../../base/json.ts';
import { pythonText } from '../../datasources/python-text.ts';
import { isUsableInRules } from '../../policy/names.ts';
import { InvalidPolicyName } from '../../policy/problems.ts';
import { congressErrors } from '../congress-errors.ts';
import { plainCongressError } from '../errors.ts';
import { BadRequest, WireError } from '../problems.ts';
import { component } from '../schemas/component.ts';
import { checked, notAnObject } from './checked.ts';
import { isJsonObject } from './json-shape.ts';
import {
  abbreviationOf,
  type NewRule,
  newRulesOf,
  policyWithRulesFrom,
  policyWithRulesSchema,
} from './policy-with-rules.ts';

/** Defaults are filled in. `kind` is lower case and still unchecked; `rules` null when the key was absent. */
export interface NewPolicy {
  readonly name: string;
  readonly abbreviation: string;
  readonly description: string;
  readonly kind: string;
  readonly rules: readonly NewRule[] | null;
}

/** Longest description, in UTF-16 code units. */
const descriptionLengthMax = 4_096;

/**
 * The body of POST /v1/policies (reference 1.5); other keys are ignored. Throws WireError, BadRequest,
 * InvalidPolicyName. Whether the kind exists and the rules are admitted is for the write to say.
 */
export function newPolicyFrom(body: unknown): NewPolicy {
  if (typeof body !== 'object' && typeof body !== 'string') throw new BadRequest(notAnObject);
  // Congress asks for the name before it asks what the body is.
  if (!isJsonObject(body) || !Object.hasOwn(body, 'name')) {
    if (body === null) throw new BadRequest(notAnObject);
    throw plainCongressError(congressErrors.policyNameMustBeProvided);
  }
  checkAbbreviation(body.abbreviation);
  const rules = Object.hasOwn(body, 'rules') ? newRulesOf(policyWithRulesFrom(body)) : null;
  const name = nameOf(body.name);
  return {
    name,
    abbreviation: typeof body.abbreviation === 'string' ? body.abbreviation : abbreviationOf(name),
    description: checked(withoutRules.shape.description, body.description) ?? '',
    kind: (checked(withoutRules.shape.kind, body.kind) ?? 'nonrecursive').toLowerCase(),
    rules,
  };
}

/** Empty and null are "not given"; so are 0 and false, as Python sees them. */
function checkAbbreviation(abbreviation: Json | undefined): void {
  if (!abbreviation) return;
  if (typeof abbreviation !== 'string' || [...abbreviation].length > 5) {
    throw plainCongressError(congressErrors.policyAbbreviation);
  }
}

/** A value that is no text is refused in the words that it has as Python text (reference 1.5). */
function nameOf(name: Json | undefined): string {
  if (typeof name === 'string') return name;
  const text = pythonText(name, 'ordinary');
  if (isUsableInRules(text)) throw new WireError(`Policy name ${text} must be a string`, { status: 409 });
  throw new InvalidPolicyName(text);
}

const descriptionMessage = `\`description\` must be a text of at most ${descriptionLengthMax} characters`;

/** A policy by itself. What is null counts as absent, because the command line client sends all members. */
const withoutRules = component(
  'NewPolicyWithoutRules',
  z.looseObject({
    name: z.string(),
    description: z.string(descriptionMessage).max(descriptionLengthMax, descriptionMessage).nullish(),
    /** In any case; `nonrecursive` when absent. */
    kind: z.string('`kind` must be a text').nullish(),
    /** At most 5 characters; the first 5 of the name when absent. */
    abbreviation: z.string().nullish(),
  }),
);

/** For the document. An empty object goes with `?library_policy=`. */
export const newPolicySchema = component(
  'NewPolicy',
  z.union([policyWithRulesSchema, withoutRules, z.strictObject({})]),
);
