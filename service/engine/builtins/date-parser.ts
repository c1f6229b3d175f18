import type { LocalTime } from '../engine-options.ts';
import { type CivilTime, dayNumber, daysInMonth, weekdayOf } from './civil-time.ts';
import { DateParts } from './date-parts.ts';
import { asciiDigits } from './python-number.ts';

/**
 * Reads dates the way people write them, as Congress does through dateutil (reference 2.12): ISO, numbers in
 * month-day-year order unless they cannot be, month and weekday names, am and pm, `10h 30m`, compact digits.
 * Zones are read and dropped. Parts that are missing come from `today` (time parts are then 0).
 * Throws RangeError for anything else.
 */
export function parseDate(text: string, today: LocalTime): CivilTime {
  const reading = new Reading(tokens(asciiDigits(text)));
  reading.run();
  return reading.complete(today);
}

const jumpWords = new Set([
  ' ',
  '.',
  ',',
  ';',
  '-',
  '/',
  "'",
  'at',
  'on',
  'and',
  'ad',
  'm',
  't',
  'of',
  'st',
  'nd',
  'rd',
  'th',
]);
const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const longMonths = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const weekdayNames = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const unitNames = [
  ['h', 'hour', 'hours'],
  ['m', 'minute', 'minutes'],
  ['s', 'second', 'seconds'],
];

/**
 * Numbers (perhaps with a decimal part), words, and single other characters; runs of blanks count as one. Digits
 * with two or more points between them (`2015.03.04`) are that many numbers.
 */
function tokens(text: string): readonly string[] {
  const raw = text.match(/\d+(?:[.,]\d+)*|[A-Za-z]+|\s+|[^\sA-Za-z\d]/g) ?? [];
  return raw.flatMap((token) => {
    if (/^\d+[.,]\d+[.,]/.test(token)) return token.match(/\d+|[.,]/g) ?? [];
    return [token.trim() || ' '];
  });
}

function monthOf(token: string | undefined): number | null {
  const word = token?.toLowerCase() ?? '';
  if (word === 'sept') return 9;
  const at = Math.max(monthNames.indexOf(word), longMonths.indexOf(word));
  return at < 0 ? null : at + 1;
}

function weekdayNamed(token: string): number | null {
  const word = token.toLowerCase();
  const at = weekdayNames.findIndex((name) => name === word || name.slice(0, 3) === word);
  return at < 0 ? null : at;
}

function isPm(token: string | undefined): boolean | null {
  const word = token?.toLowerCase();
  if (word === 'am' || word === 'a') return false;
  return word === 'pm' || word === 'p' ? true : null;
}

function isJump(token: string | undefined): boolean {
  return token === undefined || jumpWords.has(token.toLowerCase());
}

function isNumber(token: string | undefined): token is string {
  return token !== undefined && /^\d/.test(token);
}

class Reading {
  readonly #tokens: readonly string[];
  readonly #parts = new DateParts();
  #at = 0;
  #hour: number | null = null;
  #minute: number | null = null;
  /** Whole and fractional seconds, in microseconds. */
  #microseconds: number | null = null;
  #weekday: number | null = null;
  #afternoon: boolean | null = null;

  constructor(tokenList: readonly string[]) {
    this.#tokens = tokenList;
  }

  run(): void {
    while (this.#at < this.#tokens.length) {
      if (isNumber(this.#token(0))) this.#number();
      else this.#word();
    }
  }

  complete(today: LocalTime): CivilTime {
    const { year, month, day, isEmpty } = this.#parts.resolve(today.year);
    if (
      isEmpty &&
      this.#hour === null &&
      this.#minute === null &&
      this.#microseconds === null &&
      this.#weekday === null
    ) {
      throw new RangeError('no date');
    }
    const fullYear = year ?? today.year;
    const fullMonth = month ?? today.month;
    if (fullYear < 1 || fullYear > 9999 || fullMonth < 1 || fullMonth > 12)
      throw new RangeError('not a date');
    const length = daysInMonth(fullYear, fullMonth);
    const fullDay = day ?? Math.min(today.day, length);
    if (fullDay < 1 || fullDay > length) throw new RangeError('not a day of the month');
    let days = dayNumber({ year: fullYear, month: fullMonth, day: fullDay });
    if (this.#weekday !== null && day === null) days += (this.#weekday - weekdayOf(days) + 7) % 7;
    return { day: days, microsecond: this.#timeOfDay() };
  }

  #timeOfDay(): number {
    const hour = this.#twentyFourHours();
    const minute = this.#minute ?? 0;
    const microseconds = this.#microseconds ?? 0;
    if (hour > 23 || minute > 59 || microseconds >= 60_000_000) throw new RangeError('not a time');
    return (hour * 60 + minute) * 60_000_000 + microseconds;
  }

  #twentyFourHours(): number {
    const hour = this.#hour ?? 0;
    if (this.#afternoon === null) return hour;
    if (this.#hour === null || hour > 12) throw new RangeError('am or pm without an hour of twelve');
    return twentyFourHours(hour, this.#afternoon);
  }

  #token(ahead: number): string | undefined {
    return this.#tokens[this.#at + ahead];
  }

  #number(): void {
    const token = this.#token(0)!;
    const isInteger = /^\d+$/.test(token);
    const afterDate = this.#parts.count === 3 && this.#hour === null;
    if (
      afterDate &&
      isInteger &&
      (token.length === 2 || token.length === 4) &&
      this.#token(1) !== ':' &&
      this.#unitAt(1) === null
    ) {
      this.#setClock(token.slice(0, 2), token.slice(2) || null, null);
      this.#at++;
    } else if (token.length === 6 || /^\d{6}[.,]/.test(token)) this.#sixDigits(token);
    else if (isInteger && [8, 12, 14].includes(token.length)) this.#compact(token);
    else if (this.#unitAt(1) !== null) this.#withUnit(1);
    else if (this.#token(1) === ' ' && this.#unitAt(2) !== null) this.#withUnit(2);
    else if (this.#isAfterUnit()) this.#lastAfterUnit(token);
    else if (this.#token(1) === ':') this.#colons();
    else if (['-', '/', '.'].includes(this.#token(1) ?? '')) this.#separated();
    else this.#single(token);
  }

  /** After a date HHMMSS, else YYMMDD. */
  #sixDigits(token: string): void {
    const parts = [token.slice(0, 2), token.slice(2, 4), token.slice(4)] as const;
    if (this.#parts.count === 0 && token.length === 6) for (const part of parts) this.#parts.addNumber(part);
    else this.#setClock(...parts);
    this.#at++;
  }

  #compact(token: string): void {
    this.#parts.addNumber(token.slice(0, 4));
    this.#parts.addNumber(token.slice(4, 6));
    this.#parts.addNumber(token.slice(6, 8));
    if (token.length > 8) this.#setClock(token.slice(8, 10), token.slice(10, 12), token.slice(12) || null);
    this.#at++;
  }

  #unitAt(ahead: number): number | null {
    const word = this.#token(ahead)?.toLowerCase() ?? '';
    const at = unitNames.findIndex((names) => names.includes(word));
    return at < 0 ? null : at;
  }

  /** `10h`, `36m`, `28.5s`; a bare number right behind is the next smaller unit. */
  #withUnit(ahead: number): void {
    this.#setUnit(this.#unitAt(ahead)!, this.#token(0)!);
    const unit = this.#unitAt(ahead)!;
    this.#at += ahead + 1;
    if (unit < 2 && isNumber(this.#token(0)) && isJump(this.#token(1)) && this.#unitAt(1) === null) {
      this.#setUnit(unit + 1, this.#token(0)!);
      this.#at++;
    }
  }

  /** The `50` of `10 h 50`: only at the end of the text. */
  #isAfterUnit(): boolean {
    return this.#token(1) === undefined && this.#token(-1) === ' ' && this.#unitAt(-2) !== null;
  }

  #lastAfterUnit(token: string): void {
    const unit = this.#unitAt(-2)! + 1;
    if (unit <= 2) this.#setUnit(unit, token);
    this.#at++;
  }

  #setUnit(unit: number, token: string): void {
    const value = decimal(token);
    if (unit === 0) {
      this.#hour = Math.trunc(value);
      if (value % 1 !== 0) this.#minute = Math.trunc(60 * (value % 1));
    } else if (unit === 1) {
      this.#minute = Math.trunc(value);
      if (value % 1 !== 0) this.#microseconds = Math.trunc(60 * (value % 1)) * 1_000_000;
    } else this.#microseconds = microseconds(token);
  }

  #colons(): void {
    const minute = this.#token(2);
    if (!isNumber(minute)) throw new RangeError('a minute is missing');
    this.#hour = Math.trunc(decimal(this.#token(0)!));
    this.#setUnit(1, minute);
    this.#at += 3;
    if (this.#token(0) !== ':') return;
    const second = this.#token(1);
    if (!isNumber(second)) throw new RangeError('a second is missing');
    this.#microseconds = microseconds(second);
    this.#at += 2;
  }

  /** `2015-03-04`, `4-mar-2015`, `3/4`. */
  #separated(): void {
    const separator = this.#token(1);
    this.#parts.addNumber(this.#token(0)!);
    this.#at += 2;
    for (let more = 0; more < 2; more++) {
      const token = this.#token(0);
      if (more === 0 && isJump(token)) return;
      if (token === undefined) throw new RangeError('a part of the date is missing');
      this.#addPart(token);
      this.#at++;
      if (this.#token(0) !== separator || more === 1) return;
      this.#at++;
    }
  }

  #addPart(token: string): void {
    const month = monthOf(token);
    if (month !== null) this.#parts.addMonth(month);
    else if (isNumber(token)) this.#parts.addNumber(token);
    else throw new RangeError('not a part of a date');
  }

  #single(token: string): void {
    const spaced = this.#token(1) === ' ' ? 2 : 1;
    const afternoon = isPm(this.#token(spaced));
    if (afternoon !== null && decimal(token) < 24 && this.#hour === null) {
      this.#hour = twentyFourHours(Math.trunc(decimal(token)), afternoon);
      this.#at += spaced + 1;
      return;
    }
    if (!isJump(this.#token(1)) && (decimal(token) < 1 || decimal(token) > 31))
      throw new RangeError('not a day');
    this.#parts.addSingle(token);
    this.#at++;
  }

  #word(): void {
    const token = this.#token(0)!;
    const weekday = weekdayNamed(token);
    const month = monthOf(token);
    const afternoon = isPm(token);
    if (weekday !== null) this.#weekday = weekday;
    else if (month !== null) this.#month(month);
    else if (afternoon !== null && this.#hour !== null && this.#afternoon === null)
      this.#afternoon = afternoon;
    else if (this.#isZoneName(token)) this.#zoneName();
    else if (this.#hour !== null && (token === '+' || token === '-')) this.#zoneOffset();
    else if (!isJump(token)) throw new RangeError('not a date');
    this.#at++;
  }

  /** `Mar 4`, `Mar-15`, `Mar/4/15`, `March of 15`. */
  #month(month: number): void {
    this.#parts.addMonth(month);
    const separator = this.#token(1);
    if (separator !== '-' && separator !== '/') return;
    if (!isNumber(this.#token(2))) return;
    this.#parts.addNumber(this.#token(2)!);
    this.#at += 2;
    if (this.#token(1) !== separator || !isNumber(this.#token(2))) return;
    this.#parts.addNumber(this.#token(2)!);
    this.#at += 2;
  }

  #isZoneName(token: string): boolean {
    return (
      this.#hour !== null &&
      (/^[A-Z]{1,5}$/.test(token) || /^(utc|gmt|z)$/i.test(token)) &&
      !isJump(token === 'T' ? 't' : token)
    );
  }

  #zoneName(): void {
    const sign = this.#token(1);
    if ((sign === '+' || sign === '-') && isNumber(this.#token(2))) {
      this.#at++;
      this.#zoneOffset();
    }
  }

  /** `+03:00`, `-0300`, `+3`, perhaps followed by ` (EST)`. Stops on its last token. */
  #zoneOffset(): void {
    const digits = this.#token(1);
    if (!isNumber(digits) || !/^\d+$/.test(digits) || ![1, 2, 4].includes(digits.length))
      throw new RangeError('not a zone');
    this.#at++;
    if (digits.length <= 2 && this.#token(1) === ':' && isNumber(this.#token(2))) this.#at += 2;
    if (this.#token(1) === ' ' && this.#token(2) === '(' && this.#token(4) === ')') this.#at += 4;
  }

  #setClock(hour: string, minute: string | null, second: string | null): void {
    this.#hour = Number(hour);
    if (minute !== null) this.#minute = Number(minute);
    if (second !== null) this.#microseconds = microseconds(second);
  }
}

function twentyFourHours(hour: number, afternoon: boolean): number {
  if (afternoon) return hour < 12 ? hour + 12 : hour;
  return hour === 12 ? 0 : hour;
}

function decimal(token: string): number {
  return Number(token.replace(',', '.'));
}

/** Seconds with any number of decimals, cut to microseconds. */
function microseconds(token: string): number {
  const [whole = '0', fraction = ''] = token.split(/[.,]/);
  return Number(whole) * 1_000_000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
}
