import { pythonFloat } from '../../datalog/python-text.ts';
import type { Value } from '../../datalog/value.ts';
import type { LocalTime } from '../engine-options.ts';
import type { Builtin, BuiltinContext } from './builtin.ts';
import {
  addMicroseconds,
  type CivilTime,
  clockOf,
  dateOf,
  dateText,
  dayNumber,
  timeText,
} from './civil-time.ts';
import { parseDate } from './date-parser.ts';
import { toInteger } from './python-number.ts';

/** Date and time builtins of reference 2.12. `now` is evaluated when asked; nothing runs because time passes. */
export function dateTimeBuiltins({ localTime }: BuiltinContext): readonly Builtin[] {
  const read = (value: Value): CivilTime => {
    if (typeof value !== 'string') throw new TypeError('a date is a text');
    return parseDate(value, localTime());
  };
  const compare = (test: (order: number) => boolean) => (x: Value, y: Value) => test(order(read(x), read(y)));
  return [
    { name: 'now', inputs: 0, outputs: 1, volatile: true, evaluate: () => nowText(localTime()) },
    { name: 'unpack_date', inputs: 1, outputs: 3, evaluate: (x: Value) => datePart(read(x)) },
    { name: 'unpack_time', inputs: 1, outputs: 3, evaluate: (x: Value) => timePart(read(x)) },
    {
      name: 'unpack_datetime',
      inputs: 1,
      outputs: 6,
      evaluate: (x: Value) => [...datePart(read(x)), ...timePart(read(x))],
    },
    {
      name: 'pack_time',
      inputs: 3,
      outputs: 1,
      evaluate: (...parts: Value[]) => parts.map(asText).join(':'),
    },
    {
      name: 'pack_date',
      inputs: 3,
      outputs: 1,
      evaluate: (...parts: Value[]) => parts.map(asText).join('-'),
    },
    {
      name: 'pack_datetime',
      inputs: 6,
      outputs: 1,
      evaluate: (...parts: Value[]) => {
        const texts = parts.map(asText);
        return `${texts.slice(0, 3).join('-')} ${texts.slice(3).join(':')}`;
      },
    },
    { name: 'extract_date', inputs: 1, outputs: 1, evaluate: (x: Value) => dateText(read(x)) },
    { name: 'extract_time', inputs: 1, outputs: 1, evaluate: (x: Value) => timeText(read(x)) },
    { name: 'datetime_to_seconds', inputs: 1, outputs: 1, evaluate: (x: Value) => secondsSince1900(read(x)) },
    {
      name: 'datetime_plus',
      inputs: 2,
      outputs: 1,
      evaluate: (x: Value, y: Value) => moved(read(x), duration(y)),
    },
    {
      name: 'datetime_minus',
      inputs: 2,
      outputs: 1,
      evaluate: (x: Value, y: Value) => moved(read(x), -duration(y)),
    },
    { name: 'datetime_lt', inputs: 2, outputs: 0, evaluate: compare((sign) => sign < 0) },
    { name: 'datetime_lteq', inputs: 2, outputs: 0, evaluate: compare((sign) => sign <= 0) },
    { name: 'datetime_gt', inputs: 2, outputs: 0, evaluate: compare((sign) => sign > 0) },
    { name: 'datetime_gteq', inputs: 2, outputs: 0, evaluate: compare((sign) => sign >= 0) },
    { name: 'datetime_equal', inputs: 2, outputs: 0, evaluate: compare((sign) => sign === 0) },
  ];
}

function nowText({ year, month, day, hour, minute, second }: LocalTime): string {
  const pad = (number: number) => String(number).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${pad(month)}-${pad(day)} ${pad(hour)}:${pad(minute)}:${pad(second)}`;
}

function datePart(time: CivilTime): readonly bigint[] {
  const { year, month, day } = dateOf(time.day);
  return [BigInt(year), BigInt(month), BigInt(day)];
}

function timePart(time: CivilTime): readonly bigint[] {
  const { hour, minute, second } = clockOf(time);
  return [BigInt(hour), BigInt(minute), BigInt(second)];
}

function order(x: CivilTime, y: CivilTime): number {
  return x.day === y.day ? x.microsecond - y.microsecond : x.day - y.day;
}

function secondsSince1900(time: CivilTime): bigint {
  const days = time.day - dayNumber({ year: 1900, month: 1, day: 1 });
  return (BigInt(days) * 86_400_000_000n + BigInt(time.microsecond)) / 1_000_000n;
}

function moved(time: CivilTime, microseconds: bigint): string {
  const result = addMicroseconds(time, microseconds);
  return `${dateText(result)} ${timeText(result)}`;
}

const secondsPerField = [1n, 60n, 3600n, 86_400n, 604_800n];

/**
 * Microseconds of a duration: a number of seconds, or up to five integers between `:`, read from the right as
 * seconds, minutes, hours, days and weeks.
 */
function duration(value: Value): bigint {
  if (typeof value === 'bigint') return value * 1_000_000n;
  if (typeof value === 'number') return fractionOfSeconds(value);
  const fields = value.split(':').reverse();
  if (fields.length > secondsPerField.length) throw new RangeError('too many fields in a duration');
  return fields.reduce(
    (total, field, at) => total + toInteger(field) * secondsPerField[at]! * 1_000_000n,
    0n,
  );
}

/** Rounded to the nearest microsecond, halves to even. */
function fractionOfSeconds(seconds: number): bigint {
  const whole = Math.trunc(seconds);
  const micro = (seconds - whole) * 1_000_000;
  const floor = Math.floor(micro);
  const rest = micro - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
  return BigInt(whole) * 1_000_000n + BigInt(rounded);
}

function asText(value: Value): string {
  return typeof value === 'number' ? pythonFloat(value) : String(value);
}
