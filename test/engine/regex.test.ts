import { RegexCache } from '../../service/engine/builtins/regex.ts';

function finds(pattern: string, text: string, ignoreCase = false): boolean {
  return new RegexCache().search(pattern, ignoreCase)(text);
}

describe('a regular expression', () => {
  it.each([
    ['^web-[0-9]+$', 'web-12', true],
    ['^web-[0-9]+$', 'xweb-12', false],
    ['b', 'abc', true],
    ['^(prod|stg)-[a-z]{2,8}-[0-9]{3}$', 'stg-web-001', true],
    ['^a$', 'a\n', true],
    ['^a$', 'a\n\n', false],
    ['^\\w+$', 'é_1', true],
    ['^[\\w-]+$', 'é-1', true],
    ['^[^\\w]$', 'é', false],
    ['^\\d$', '٣', true],
    ['^\\D$', '٣', false],
    ['^\\s$', '\u00a0', true],
    ['^\\S$', '\u00a0', false],
    ['^.$', '\r', true],
    ['^.$', '\n', false],
    ['[]$]', '$', true],
    ['[$]', 'a', false],
    ['\\$', 'a$b', true],
    ['a\\Z', 'ba', true],
    ['(?i)A', 'a', true],
    ['(a+)+b', 'aaab', true],
    ['(?m)^b$', 'a\nb\nc', true],
  ])('%s in %j: %s', (pattern, text, expected) => {
    expect(finds(pattern, text)).toBe(expected);
  });

  it('ignores case when asked to', () => {
    expect([finds('é', 'É', true), finds('a', 'A', true), finds('a', 'A')]).toEqual([true, true, false]);
  });

  it.each(['(', '[', 'a**', '(?=a)', '(a)\\1'])('%s is refused', (pattern) => {
    expect(() => finds(pattern, 'a')).toThrow();
  });

  it.each([
    '(a+)+c',
    '(a|a)*c',
    '(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)c',
    'a{0,99}a{0,99}a{0,99}a{0,99}a*c',
    'a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?aaaaaaaaaaaaaaaaaaaac',
    'a*c',
    '(a*)?(a*)?(a*)?(a*)?c',
  ])('%s takes no longer than the text is long', (pattern) => {
    const search = new RegexCache().search(pattern, false);
    const startedMs = performance.now();
    for (const length of [30, 200, 256, 20_000]) expect(search(`${'a'.repeat(length)}b`)).toBe(false);
    // Trying all ways takes minutes to ages.
    expect(performance.now() - startedMs).toBeLessThan(3_000);
  });
});
