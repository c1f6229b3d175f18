import type { Value } from '../../service/datalog/value.ts';
import { BuiltinRegistry } from '../../service/engine/builtins/registry.ts';
import { defaultEngineOptions } from '../../service/engine/engine-options.ts';

const registry = new BuiltinRegistry(defaultEngineOptions);

/** The result, or 'fails' where the literal fails. */
function call(name: string, ...inputs: readonly Value[]): unknown {
  const builtin = registry.all().find((candidate) => candidate.name === name)!;
  try {
    return builtin.evaluate(...inputs) ?? 'fails';
  } catch {
    return 'fails';
  }
}

describe('builtins that Congress does not have', () => {
  it.each<[string, readonly Value[], unknown]>([
    ['contains', ['abc', 'bc'], true],
    ['contains', ['abc', ''], true],
    ['contains', ['abc', 'd'], false],
    ['contains', ['12', 1n], 'fails'],
    ['starts_with', ['abc', 'ab'], true],
    ['starts_with', ['abc', 'b'], false],
    ['ends_with', ['abc', 'bc'], true],
    ['ends_with', ['abc', 'ab'], false],
    ['matches', ['web-1', '^web'], true],
    ['matches', ['web-1', '('], 'fails'],
    ['matches', [1n, '1'], 'fails'],
    ['lower', ['ÄB'], 'äb'],
    ['upper', ['äb'], 'ÄB'],
    ['lower', [1n], 'fails'],
    ['split', ['a,b,,a', ','], ['a', 'b', '']],
    ['split', ['', ','], ['']],
    ['split', ['a', ''], 'fails'],
    ['substring', ['a\u{1F600}bc', 1n, 2n], '\u{1F600}b'],
    ['substring', ['abc', 2n, 99n], 'c'],
    ['substring', ['abc', 9n, 1n], ''],
    ['substring', ['abc', -1n, 1n], 'fails'],
    ['substring', ['abc', 0n, -1n], 'fails'],
    ['substring', ['abc', 0n, 10n ** 30n], 'abc'],
    ['replace', ['aXbX', 'X', 'yy'], 'ayybyy'],
    ['replace', ['a.b', '.', '$&'], 'a$&b'],
    ['replace', ['ab', '', 'x'], 'fails'],
    ['replace', ['a'.repeat(1 << 20), 'a', 'aa'], 'fails'],
    ['cidr_contains', ['10.0.0.0/8', '10.1.0.0/16'], true],
    ['cidr_contains', ['10.1.0.0/16', '10.0.0.0/8'], false],
    ['cidr_contains', ['10.0.0.0/8', '10.0.0.1'], true],
    ['cidr_contains', ['::/0', '10.0.0.1'], false],
    ['cidr_contains', ['10.0.0.0/8', 'x'], 'fails'],
    ['ip_in_range', ['10.0.0.5', '10.0.0.1', '10.0.0.9'], true],
    ['ip_in_range', ['10.0.0.9', '10.0.0.1', '10.0.0.9'], true],
    ['ip_in_range', ['10.0.0.10', '10.0.0.1', '10.0.0.9'], false],
    ['ip_in_range', ['::1', '10.0.0.1', '10.0.0.9'], false],
    ['ip_in_range', ['::5', '::1', '::9'], true],
    ['ip_in_range', ['10.0.0.5', '10.0.0.1', '::9'], 'fails'],
    ['network_range', ['10.1.2.3/24'], ['10.1.2.0', '10.1.2.255']],
    ['network_range', ['2001:db8::/126'], ['2001:db8::', '2001:db8::3']],
    ['network_range', ['x'], 'fails'],
    ['json_get', ['{"a": {"b/c": [1, 2.0, "x"]}}', '/a/b~1c/1'], 2],
    ['json_get', ['{"a": 1}', '/a'], 1n],
    ['json_get', ['{"a": 123456789012345678901234567890}', '/a'], 123456789012345678901234567890n],
    ['json_get', ['{"a": 1e2}', '/a'], 100],
    ['json_get', ['[true, false, null]', '/0'], 'True'],
    ['json_get', ['[true, false, null]', '/1'], 'False'],
    ['json_get', ['[true, false, null]', '/2'], 'None'],
    ['json_get', ['{"a": {"b": [1, 2.0]}}', '/a'], '{"b":[1,2.0]}'],
    ['json_get', ['"x"', ''], 'x'],
    ['json_get', ['{"": 1}', '/'], 1n],
    ['json_get', ['[1]', '/01'], 'fails'],
    ['json_get', ['[1]', '/length'], 'fails'],
    ['json_get', ['{"a": 1}', '/constructor'], 'fails'],
    ['json_get', ['{"a": 1}', '/a/value'], 'fails'],
    ['json_get', ['{"a": 1}', 'a'], 'fails'],
    ['json_get', ['{"a"', '/a'], 'fails'],
    ['json_get', ['['.repeat(100_000), '/0'], 'fails'],
    ['json_get', [1n, ''], 'fails'],
    ['json_each', ['{"a": ["x", 1, "x"]}', '/a'], ['x', 1n]],
    ['json_each', ['{"a": 1, "b": 2}', ''], ['a', 'b']],
    ['json_each', ['1', ''], 'fails'],
  ])('%s %j', (name, inputs, expected) => {
    expect(call(name, ...inputs)).toEqual(expected);
  });
});
