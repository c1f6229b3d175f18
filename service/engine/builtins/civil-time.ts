/**
 * A date and time of the proleptic Gregorian calendar, years 1 to 9999, without zone: days since 0001-01-01 and
 * microseconds of the day.
 */
export interface CivilTime {
  readonly day: number;
  readonly microsecond: number;
}

export interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const microsecondsPerDay = 86_400_000_000;
const daysMax = dayNumber({ year: 9999, month: 12, day: 31 });

/** Days since 0001-01-01; counts years from March, so that the leap day comes last. */
export function dayNumber({ year, month, day }: CivilDate): number {
  const shifted = month <= 2 ? year - 1 : year;
  const yearDays =
    365 * shifted + Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  const monthDays = Math.floor((153 * ((month + 9) % 12) + 2) / 5);
  return yearDays + monthDays + day - 1 - 306;
}

/** The inverse of {@link dayNumber}. */
export function dateOf(days: number): CivilDate {
  const shifted = days + 306;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return { year, month, day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1 };
}

export function daysInMonth(year: number, month: number): number {
  const next = month === 12 ? { year: year + 1, month: 1, day: 1 } : { year, month: month + 1, day: 1 };
  return dayNumber(next) - dayNumber({ year, month, day: 1 });
}

/** 0 is Monday. */
export function weekdayOf(days: number): number {
  return days % 7;
}

/** Throws RangeError outside of the years 1 to 9999. */
export function addMicroseconds(time: CivilTime, microseconds: bigint): CivilTime {
  const perDay = BigInt(microsecondsPerDay);
  const total = BigInt(time.day) * perDay + BigInt(time.microsecond) + microseconds;
  const day = Number(total / perDay);
  if (total < 0n || day > daysMax) throw new RangeError('date out of range');
  return { day, microsecond: Number(total % perDay) };
}

/** `YYYY-MM-DD`. */
export function dateText(time: CivilTime): string {
  const { year, month, day } = dateOf(time.day);
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`;
}

/** `HH:MM:SS`, with six digits of microseconds only if they are not zero. */
export function timeText(time: CivilTime): string {
  const { hour, minute, second, microsecond } = clockOf(time);
  const text = `${padded(hour, 2)}:${padded(minute, 2)}:${padded(second, 2)}`;
  return microsecond === 0 ? text : `${text}.${padded(microsecond, 6)}`;
}

export function clockOf({ microsecond }: CivilTime) {
  const seconds = Math.floor(microsecond / 1_000_000);
  return {
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    microsecond: microsecond % 1_000_000,
  };
}

function padded(number: number, width: number): string {
  return String(number).padStart(width, '0');
}
