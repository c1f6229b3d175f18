import { stringify } from 'lossless-json';
import type { Json } from '../../../base/json.ts';
import { pythonFloat } from '../../../datalog/python-text.ts';
import { TemplateRefused } from '../../problems.ts';

/**
 * Templates of requests: `{name}` stands for an argument, `{{` and `}}` for braces. Arguments never become
 * structure: in a URL they are percent-encoded and cannot climb to another path, in a body they are JSON values, or
 * characters of a JSON string.
 */
const parts = /\{\{|\}\}|\{([^{}]*)\}/g;

/** An argument: a value of a row, or any JSON that was asked for over the API. */
export type Argument = Json | bigint;

/** Names in a text, or in all texts of a JSON value. */
export function placeholdersIn(template: Json): readonly string[] {
  if (typeof template === 'string') {
    return [...template.matchAll(parts)].flatMap(([, name]) => (name === undefined ? [] : [name]));
  }
  if (template === null || typeof template !== 'object') return [];
  return Object.values(template).flatMap((member: Json) => placeholdersIn(member));
}

/** Relative or absolute. Throws TemplateRefused where an argument would leave its path segment. */
export function fillUrl(template: string, values: ReadonlyMap<string, Argument>): string {
  const queryAt = template.indexOf('?');
  const path = queryAt < 0 ? template : template.slice(0, queryAt);
  const query = queryAt < 0 ? '' : template.slice(queryAt);
  const segments = path.split('/').map((segment) => {
    const filled = fill(segment, values, encodeURIComponent);
    const isPlain = placeholdersIn(segment).length === 0;
    if (!isPlain && /^(\.|%2e){0,2}$/i.test(filled)) {
      throw new TemplateRefused('an argument would lead to another path');
    }
    return filled;
  });
  return `${segments.join('/')}${fill(query, values, encodeURIComponent)}`;
}

/** JSON text. A text that is nothing but one placeholder becomes the argument itself: a number stays a number. */
export function fillBody(template: Json, values: ReadonlyMap<string, Argument>): string {
  return stringify(filledBody(template, values)) ?? 'null';
}

function filledBody(template: Json, values: ReadonlyMap<string, Argument>): unknown {
  if (typeof template === 'string') {
    const whole = /^\{([^{}]+)\}$/.exec(template)?.[1];
    return whole === undefined ? fill(template, values, (text) => text) : argument(whole, values);
  }
  if (template === null || typeof template !== 'object') return template;
  if (Array.isArray(template)) return template.map((member: Json) => filledBody(member, values));
  return Object.fromEntries(
    Object.entries(template).map(([name, member]): [string, unknown] => [name, filledBody(member, values)]),
  );
}

function fill(
  text: string,
  values: ReadonlyMap<string, Argument>,
  escaped: (text: string) => string,
): string {
  return text.replace(parts, (found: string, name: string | undefined) => {
    if (name === undefined) return found.charAt(0);
    return escaped(textOf(argument(name, values)));
  });
}

function argument(name: string, values: ReadonlyMap<string, Argument>): Argument {
  const value = values.get(name);
  if (value === undefined) throw new TemplateRefused(`no value for the argument \`${name}\``);
  return value;
}

function textOf(value: Argument): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return pythonFloat(value);
  if (typeof value === 'bigint' || typeof value === 'number') return String(value);
  return JSON.stringify(value);
}
