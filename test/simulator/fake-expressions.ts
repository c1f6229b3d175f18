import type { Item } from './fake-table.ts';

/** What the expressions of a request refer to. */
export interface ExpressionInput {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * A condition of DynamoDB on an item that may be absent:
 *
 *     or   ::= and ('OR' and)*           and  ::= term ('AND' term)*
 *     term ::= 'NOT' term | '(' or ')' | attribute_exists(a) | attribute_not_exists(a) | begins_with(a, v)
 *            | operand ('=' | '<>' | '<' | '<=' | '>' | '>=') operand
 *
 * A comparison with an absent attribute is false, but for `<>`.
 */
export function conditionHolds(condition: string, item: Item | null, input: ExpressionInput): boolean {
  const parser = new Condition(tokensOf(condition), item, input);
  const value = parser.or();
  parser.end();
  return value;
}

/** The item after `SET a = :b, c = c + :d, ... REMOVE e, ...`. */
export function updated(expression: string, item: Item, input: ExpressionInput): Item {
  const result: Record<string, unknown> = { ...item };
  for (const [, verb, list] of expression.matchAll(/\b(SET|REMOVE)\s+(.*?)(?=\s+(?:SET|REMOVE)\s|$)/gs)) {
    for (const part of (list ?? '').split(',').map((each) => each.trim())) {
      const [target = '', value = ''] = part.split('=').map((each) => each.trim());
      if (verb === 'REMOVE') delete result[nameOf(target, input)];
      else result[nameOf(target, input)] = sumOf(value, result, input);
    }
  }
  return result;
}

/** A value, or the sum of some. */
function sumOf(expression: string, item: Item, input: ExpressionInput): unknown {
  const values = expression
    .split('+')
    .map((each) => each.trim())
    .map((each) => (each.startsWith(':') ? valueFor(each, input) : item[nameOf(each, input)]));
  return values.length === 1 ? values[0] : values.reduce<number>((sum, value) => sum + Number(value), 0);
}

class Condition {
  readonly #tokens: readonly string[];
  readonly #item: Item | null;
  readonly #input: ExpressionInput;
  #at = 0;

  constructor(tokens: readonly string[], item: Item | null, input: ExpressionInput) {
    this.#tokens = tokens;
    this.#item = item;
    this.#input = input;
  }

  or(): boolean {
    let value = this.#and();
    while (this.#accept('OR')) value = this.#and() || value;
    return value;
  }

  end(): void {
    if (this.#at !== this.#tokens.length)
      throw new Error(`cannot read the condition: ${this.#tokens.join(' ')}`);
  }

  #and(): boolean {
    let value = this.#term();
    while (this.#accept('AND')) value = this.#term() && value;
    return value;
  }

  #term(): boolean {
    if (this.#accept('NOT')) return !this.#term();
    if (this.#accept('(')) {
      const value = this.or();
      this.#expect(')');
      return value;
    }
    const first = this.#next();
    return this.#accept('(') ? this.#called(first) : this.#compared(first);
  }

  #called(name: string): boolean {
    const attribute = this.#operand(this.#next());
    const argument = this.#accept(',') ? this.#operand(this.#next()) : undefined;
    this.#expect(')');
    if (name === 'attribute_exists') return attribute !== undefined;
    if (name === 'attribute_not_exists') return attribute === undefined;
    if (name === 'begins_with') return String(attribute ?? '').startsWith(String(argument));
    throw new Error(`the fake knows no function ${name}`);
  }

  #compared(first: string): boolean {
    const left = this.#operand(first) as number;
    const operator = this.#next();
    const right = this.#operand(this.#next()) as number;
    if (operator === '<>') return left !== right;
    if (left === undefined || right === undefined || typeof left !== typeof right) return false;
    if (operator === '=') return left === right;
    if (operator === '<') return left < right;
    if (operator === '<=') return left <= right;
    if (operator === '>') return left > right;
    if (operator === '>=') return left >= right;
    throw new Error(`the fake knows no operator ${operator}`);
  }

  #operand(token: string): unknown {
    return token.startsWith(':') ? valueFor(token, this.#input) : this.#item?.[nameOf(token, this.#input)];
  }

  #next(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new Error(`the condition ends early: ${this.#tokens.join(' ')}`);
    this.#at += 1;
    return token;
  }

  #accept(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at += 1;
    return true;
  }

  #expect(token: string): void {
    if (!this.#accept(token)) throw new Error(`expected ${token} in ${this.#tokens.join(' ')}`);
  }
}

function tokensOf(text: string): readonly string[] {
  return text.match(/[:#]?\w+|<>|<=|>=|[=<>(),]/g) ?? [];
}

function nameOf(token: string, input: ExpressionInput): string {
  const name = token.startsWith('#') ? input.ExpressionAttributeNames?.[token] : token;
  if (name === undefined) throw new Error(`no attribute name for ${token}`);
  return name;
}

function valueFor(token: string, input: ExpressionInput): unknown {
  if (!(token in (input.ExpressionAttributeValues ?? {}))) throw new Error(`no value for ${token}`);
  return input.ExpressionAttributeValues?.[token];
}
