import { pythonFloat, pythonRepr } from '../../datalog/python-text.ts';
import type { Value } from '../../datalog/value.ts';
import type { Builtin } from './builtin.ts';
import { toFloat, toInteger } from './python-number.ts';
import { RegexCache } from './regex.ts';

/**
 * Option checks of reference 2.12 with the words of oslo.config: the result is an empty text when the value is
 * valid. An empty text as a bound is no bound.
 */
export function validationBuiltins(): readonly Builtin[] {
  const regexes = new RegexCache();
  return [
    { name: 'validate_int', inputs: 3, outputs: 1, evaluate: validateInteger },
    { name: 'validate_float', inputs: 3, outputs: 1, evaluate: validateFloat },
    {
      name: 'validate_string',
      inputs: 5,
      outputs: 1,
      evaluate: (regex: Value, maxLength: Value, quotes: Value, ignoreCase: Value, value: Value) =>
        validateString(value, { regex, maxLength, quotes, ignoreCase, regexes }),
    },
  ];
}

function validateInteger(min: Value, max: Value, value: Value): string {
  return validateNumber(value, { min, max, type: 'int' });
}

function validateFloat(min: Value, max: Value, value: Value): string {
  return validateNumber(value, { min, max, type: 'float' });
}

interface NumberRules {
  readonly min: Value;
  readonly max: Value;
  readonly type: 'int' | 'float';
}

function validateNumber(value: Value, { min, max, type }: NumberRules): string {
  if (min !== '' && max !== '') {
    if (!comparable(min, max)) return notSupported('<', max, min);
    if (max < min) return 'Max value is less than min value';
  }
  if (typeof value === 'string' && value.trim() === '') return '';
  const number = type === 'int' ? integerOrMessage(value) : floatOrMessage(value);
  if (typeof number === 'string') return number;
  if (min !== '') {
    if (typeof min === 'string') return notSupported('<', number, min);
    if (number < min) return `Should be greater than or equal to ${general(min)}`;
  }
  if (max !== '') {
    if (typeof max === 'string') return notSupported('>', number, max);
    if (number > max) return `Should be less than or equal to ${general(max)}`;
  }
  return '';
}

function integerOrMessage(value: Value): bigint | string {
  if (typeof value === 'number' && Number.isNaN(value)) return 'cannot convert float NaN to integer';
  if (typeof value !== 'string') return toInteger(value);
  try {
    return toInteger(value);
  } catch {
    return `invalid literal for int() with base 10: ${pythonRepr(value)}`;
  }
}

function floatOrMessage(value: Value): number | string {
  if (typeof value !== 'string') return toFloat(value);
  try {
    return toFloat(value);
  } catch {
    return `could not convert string to float: ${pythonRepr(value)}`;
  }
}

interface TextRules {
  /** Empty for none. */
  readonly regex: Value;
  readonly maxLength: Value;
  readonly quotes: Value;
  readonly ignoreCase: Value;
  readonly regexes: RegexCache;
}

function validateString(value: Value, rules: TextRules): string {
  const { regex, maxLength, quotes } = rules;
  let text = asText(value);
  if (typeof regex !== 'string') throw new TypeError('a regular expression is a text');
  const search = regex === '' ? null : rules.regexes.search(regex, isTrue(rules.ignoreCase));
  if (isTrue(quotes) && text !== '') {
    const first = text[0]!;
    if (first === '"' || first === "'") {
      if (text.length === 1 || text[text.length - 1] !== first) return `Non-closed quote: ${text}`;
      text = text.slice(1, -1);
    }
  }
  if (isTrue(maxLength)) {
    if (typeof maxLength === 'string') return notSupported('>', maxLength, 0n);
    if (maxLength > 0 && [...text].length > maxLength) {
      return `Value ${pythonRepr(text)} exceeds maximum length ${asText(maxLength)}`;
    }
  }
  if (search !== null && !search(text))
    return `Value ${pythonRepr(text)} doesn't match regex ${pythonRepr(regex)}`;
  return '';
}

function isTrue(value: Value): boolean {
  return value !== '' && value !== 0n && value !== 0;
}

function comparable(x: Value, y: Value): boolean {
  return (typeof x === 'string') === (typeof y === 'string');
}

function notSupported(operator: string, x: Value, y: Value): string {
  return `'${operator}' not supported between instances of '${typeName(x)}' and '${typeName(y)}'`;
}

function typeName(value: Value): string {
  if (typeof value === 'string') return 'str';
  return typeof value === 'bigint' ? 'int' : 'float';
}

function asText(value: Value): string {
  if (typeof value === 'string') return value;
  return typeof value === 'bigint' ? String(value) : pythonFloat(value);
}

/** The `g` format: six significant digits, exponent form outside 1e-4 to 1e6, no trailing zeros. */
function general(value: Value): string {
  const number = Number(value);
  if (!Number.isFinite(number)) return asText(number);
  if (number === 0) return Object.is(number, -0) ? '-0' : '0';
  const [mantissa = '', exponentText = '0'] = number.toExponential(5).split('e');
  const exponent = Number(exponentText);
  const trimmed = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
  if (exponent >= -4 && exponent < 6) return trimmed(number.toFixed(5 - exponent));
  const digits = String(Math.abs(exponent)).padStart(2, '0');
  return `${trimmed(mantissa)}e${exponent < 0 ? '-' : '+'}${digits}`;
}
