import { z } from 'zod';

/** One environment variable: everything that a person has to know about it, and how its text is read. */
export interface ConfigVariable<Value> {
  readonly name: string;
  readonly description: string;
  /** Completes the sentence "allowed is ...". */
  readonly allowed: string;
  /** The text in force when the variable is unset or empty; null when there is none. */
  readonly fallback: string | null;
  /** Its text is never shown. */
  readonly isSecret?: true;
  /** From the text to the value; fails when the text is not allowed. */
  readonly schema: z.ZodType<Value, string>;
}

interface Facts {
  readonly name: string;
  readonly description: string;
  readonly fallback: string | null;
}

export function textVariable(
  facts: Facts & { readonly allowed: string; readonly pattern: RegExp },
): ConfigVariable<string> {
  const { pattern, ...rest } = facts;
  return { ...rest, schema: z.string().regex(pattern) };
}

/** A whole number of `unit` from `minimum` to `maximum`. */
export function wholeNumberVariable(
  facts: Facts & { readonly unit: string; readonly minimum: number; readonly maximum: number },
): ConfigVariable<number> {
  const { unit, minimum, maximum, ...rest } = facts;
  const schema = z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .pipe(z.number().min(minimum).max(maximum));
  return {
    ...rest,
    allowed: `a whole number${unit === '' ? '' : ` of ${unit}`} from ${minimum} to ${maximum}`,
    schema,
  };
}

export function choiceVariable<const Choice extends string>(
  facts: Facts & { readonly choices: readonly [Choice, ...Choice[]] },
): ConfigVariable<Choice> {
  const { choices, ...rest } = facts;
  return { ...rest, allowed: choices.map((choice) => `\`${choice}\``).join(' or '), schema: z.enum(choices) };
}

export function booleanVariable(facts: Facts): ConfigVariable<boolean> {
  const schema = z.enum(['true', 'false']).transform((text) => text === 'true');
  return { ...facts, allowed: '`true` or `false`', schema };
}
