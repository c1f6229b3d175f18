/** The day, month and year of a text, collected in the order they were written and told apart at the end. */
export class DateParts {
  readonly #numbers: number[] = [];
  #monthAt = -1;
  /** Position of a number that can only be a year: more than two digits. */
  #yearAt = -1;

  get count(): number {
    return this.#numbers.length;
  }

  addMonth(month: number): void {
    if (this.#monthAt >= 0) throw new RangeError('two months');
    this.#monthAt = this.#numbers.length;
    this.#push(month);
  }

  /** A number beside a separator. */
  addNumber(token: string): void {
    const whole = token.split(/[.,]/)[0]!;
    this.#add(Number(whole), whole.length > 2);
  }

  /** A number that stands alone: `007` is no year. */
  addSingle(token: string): void {
    const value = Number(token.split(/[.,]/)[0]!);
    this.#add(value, value > 100);
  }

  #add(value: number, isYear: boolean): void {
    if (isYear) {
      if (this.#yearAt >= 0) throw new RangeError('two years');
      this.#yearAt = this.#numbers.length;
    }
    this.#push(value);
  }

  /** Month before day before year, unless size or a month name says otherwise; null where nothing was said. */
  resolve(currentYear: number) {
    const order = this.#order();
    const pick = (part: 'y' | 'm' | 'd') => {
      const at = order.indexOf(part);
      return at < 0 ? null : this.#numbers[at]!;
    };
    const yearPosition = order.indexOf('y');
    const year = pick('y');
    const fullYear =
      year === null || yearPosition === this.#yearAt ? year : nearestCentury(year, currentYear);
    return { year: fullYear, month: pick('m'), day: pick('d'), isEmpty: this.#numbers.length === 0 };
  }

  #push(number: number): void {
    if (this.#numbers.length === 3) throw new RangeError('too many parts');
    this.#numbers.push(number);
  }

  #order(): string {
    const [first = 0, second = 0] = this.#numbers;
    if (this.#numbers.length === 0) return '';
    if (this.#numbers.length === 1) return this.#monthAt === 0 ? 'm' : this.#isYear(0) ? 'y' : 'd';
    if (this.#numbers.length === 2) return this.#orderOfTwo(first, second);
    return this.#orderOfThree();
  }

  #isYear(at: number): boolean {
    return at === this.#yearAt || this.#numbers[at]! > 31;
  }

  #orderOfTwo(first: number, second: number): string {
    if (this.#monthAt === 0) return this.#isYear(1) ? 'my' : 'md';
    if (this.#monthAt === 1) return this.#isYear(0) ? 'ym' : 'dm';
    if (first > 31 || this.#yearAt === 0) return 'ym';
    if (second > 31 || this.#yearAt === 1) return 'my';
    return 'md';
  }

  #orderOfThree(): string {
    const [first = 0, second = 0] = this.#numbers;
    if (this.#monthAt === 0) return this.#isYear(1) ? 'myd' : 'mdy';
    if (this.#monthAt === 1) return this.#isYear(0) ? 'ymd' : 'dmy';
    if (this.#monthAt === 2) return second > 31 || this.#yearAt === 1 ? 'dym' : 'ydm';
    if (this.#isYear(0)) return 'ymd';
    if (this.#yearAt === 1) return first > 12 ? 'dym' : 'myd';
    return first > 12 ? 'dmy' : 'mdy';
  }
}

/** Two digits mean the year within half a century of now. */
function nearestCentury(year: number, currentYear: number): number {
  const guess = Math.floor(currentYear / 100) * 100 + year;
  if (guess >= currentYear + 50) return guess - 100;
  return guess < currentYear - 50 ? guess + 100 : guess;
}
