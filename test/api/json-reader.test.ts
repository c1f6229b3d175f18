import fc from 'fast-check';
import { JsonSyntaxError, readJson, readLosslessJson } from '../../service/api/json-reader.ts';

function messageOf(text: string): string {
  try {
    readLosslessJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error.message;
    throw error;
  }
  return '';
}

describe('the lossless reader', () => {
  it('reads every JSON text as JSON.parse does, numbers aside', () => {
    const numbers = (_: string, value: unknown) => (typeof value === 'bigint' ? Number(value) : value);
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        const read = readLosslessJson(text);
        expect(JSON.parse(JSON.stringify(read, numbers) ?? 'null')).toEqual(JSON.parse(text));
      }),
    );
  });

  it('keeps integers of any size apart from floats', () => {
    expect(readLosslessJson('[1, 1.0, 1e2, -7, 123456789012345678901234567890, -0, -0.0]')).toEqual([
      1n,
      1,
      100,
      -7n,
      123456789012345678901234567890n,
      0n,
      -0,
    ]);
  });

  it('takes the last of equal keys, and __proto__ as a key like any other', () => {
    expect(readLosslessJson('{"a": 1, "a": 2}')).toEqual({ a: 2n });
    const read = readLosslessJson('{"__proto__": {"x": 1}}') as object;
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(Object.keys(read)).toEqual(['__proto__']);
  });

  // Recorded from Python 3.11, which Congress runs on.
  it.each([
    ['', 'Expecting value: line 1 column 1 (char 0)'],
    ['[1,]', 'Expecting value: line 1 column 4 (char 3)'],
    ['[1 2]', "Expecting ',' delimiter: line 1 column 4 (char 3)"],
    ['{"a" 1}', "Expecting ':' delimiter: line 1 column 6 (char 5)"],
    ['{a: 1}', 'Expecting property name enclosed in double quotes: line 1 column 2 (char 1)'],
    ['{"a": 1} x', 'Extra data: line 1 column 10 (char 9)'],
    ['"abc', 'Unterminated string starting at: line 1 column 1 (char 0)'],
    ['"a\nb"', 'Invalid control character at: line 1 column 3 (char 2)'],
    ['"\\x"', 'Invalid \\escape: line 1 column 2 (char 1)'],
    ['"\\u12g4"', 'Invalid \\uXXXX escape: line 1 column 3 (char 2)'],
    ['[\n "é",\n tru]', 'Expecting value: line 3 column 2 (char 9)'],
    ['\ufeff{}', 'Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)'],
  ])('says what is wrong with %j as Python does', (text, message) => {
    expect(messageOf(text)).toBe(message);
    expect(() => readJson(text)).toThrow(message);
  });

  it('refuses any text or reads it, and never throws anything else', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      'u',
      '1',
      '-',
      '.',
      'e',
      'true',
      ' ',
      'é',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
        const text = parts.join('');
        const isJson = messageOf(text) === '';
        if (isJson) JSON.parse(text);
        else expect(() => JSON.parse(text)).toThrow();
      }),
      { numRuns: 2_000 },
    );
  });
});
