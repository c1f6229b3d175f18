import { builtinSignatures } from '../../service/datalog/builtins.ts';
import type { Value } from '../../service/datalog/value.ts';
import { BuiltinRegistry } from '../../service/engine/builtins/registry.ts';

const localTime = () => ({ year: 2026, month: 11, day: 24, hour: 13, minute: 5, second: 9 });
const registry = new BuiltinRegistry({ localTime });

/** The result, or 'fails' where the literal fails. */
function call(name: string, ...inputs: readonly Value[]): unknown {
  const builtin = registry.all().find((candidate) => candidate.name === name)!;
  try {
    return builtin.evaluate(...inputs) ?? 'fails';
  } catch {
    return 'fails';
  }
}

describe('builtins', () => {
  it('are exactly those of the language, with its signatures', () => {
    const shape = ({ name, inputs, outputs }: (typeof builtinSignatures)[number]) =>
      `${name} ${inputs} ${outputs}`;
    expect(registry.all().map(shape).sort()).toEqual(builtinSignatures.map(shape).sort());
  });

  it.each<[string, readonly Value[], unknown]>([
    ['lt', ['B', 'a'], true],
    ['lt', ['\u{ffff}', '\u{10000}'], true],
    ['lt', [1n, 'a'], false],
    ['lt', [2n ** 60n, 2 ** 60], false],
    ['equal', [1n, 1], true],
    ['equal', ['1', 1n], false],
    ['max', [2n, 2], 2n],
    ['max', ['a', 1n], 'fails'],
    ['plus', [2n ** 70n, 1n], 2n ** 70n + 1n],
    ['plus', [1n, 0.5], 1.5],
    ['mul', ['ab', 3n], 'ababab'],
    ['mul', [-1n, 'ab'], ''],
    ['mul', ['ab', 1.5], 'fails'],
    ['mul', ['ab', 10n ** 12n], 'fails'],
    ['mul', ['ab', -(10n ** 30n)], 'fails'],
    ['int', ['\u0663 '], 3n],
    ['int', ['\u{1d7d9}2'], 12n],
    ['float', ['\uff11.5'], 1.5],
    ['networks_equal', ['10.0.0.1 /24', '10.0.0.0/ 24'], true],
    ['networks_equal', ['::01.2.3.4/64', '::/64'], 'fails'],
    ['ips_equal', ['::1.2.3.4', 16909060n], false],
    ['ips_lt', ['::1.2.3.4', 2n ** 33n], true],
    ['validate_int', ['', -0, 7n], 'Should be less than or equal to -0'],
    ['extract_time', ['5 h 12'], '05:12:00'],
    ['extract_time', ['Sep 13 h 13'], '13:13:00'],
    ['unpack_date', ['31/12'], 'fails'],
    ['unpack_date', ['\uff11\uff12'], [2026n, 11n, 12n]],
    ['unpack_date', ['2016-001'], 'fails'],
    ['unpack_date', ['007'], [2026n, 11n, 7n]],
    ['extract_time', ['2029-3-26 18am'], 'fails'],
    ['extract_time', ['2029-3-26 10pm'], '22:00:00'],
    ['div', [-7n, 2n], -4n],
    ['div', [7n, -2n], -4n],
    ['div', [-8n, 2n], -4n],
    ['div', [1n, 0n], 'fails'],
    ['div', [1n, 0], 'fails'],
    ['float', ['1_0.5'], 10.5],
    ['float', [' -inf '], Number.NEGATIVE_INFINITY],
    ['float', ['1e400'], Number.POSITIVE_INFINITY],
    ['float', [10n ** 400n], 'fails'],
    ['float', ['.'], 'fails'],
    ['float', [''], 'fails'],
    ['int', [' 1_000 '], 1000n],
    ['int', ['+7'], 7n],
    ['int', ['1__0'], 'fails'],
    ['int', [-3.9], -3n],
    ['int', [Number.NaN], 'fails'],
    ['len', ['a\u{1f600}b'], 3n],
    ['len', [12n], 'fails'],
    ['now', [], '2026-11-24 13:05:09'],
    ['extract_date', ['10:11:12'], '2026-11-24'],
    ['datetime_to_seconds', ['1899-12-31 23:59:59'], -1n],
    ['datetime_to_seconds', ['1900-01-02 03:04:05+02:00'], 97445n],
    ['datetime_plus', ['2015-01-01', '1:0:0:0:0:0'], 'fails'],
    ['datetime_plus', ['9999-12-31', 86400n], 'fails'],
    ['datetime_minus', ['2015-01-01', 0.000001], '2014-12-31 23:59:59.999999'],
    ['datetime_equal', ['4 march 2015', '2015-03-04T00:00Z'], true],
    ['pack_time', [1n, 2.5, 'x'], '1:2.5:x'],
    ['ips_equal', ['010.0.0.1', '8.0.0.1'], true],
    ['ips_lt', ['255.255.255.255', '::'], true],
    ['networks_equal', ['::/0', '0.0.0.0/0'], false],
    ['ip_in_network', ['::1', '0.0.0.0/0'], false],
    ['validate_int', ['', 10000000n, 10000001n], 'Should be less than or equal to 1e+07'],
    ['validate_int', [5n, 1n, 3n], 'Max value is less than min value'],
    ['validate_int', ['5', '', 3n], "'<' not supported between instances of 'int' and 'str'"],
    ['validate_float', ['', '', 'x'], "could not convert string to float: 'x'"],
    ['validate_float', ['', '', ' '], ''],
    ['validate_string', ['', 0n, 'yes', '', '"abc'], 'Non-closed quote: "abc'],
    ['validate_string', ['^A+$', 0n, '', 'yes', 'aaa'], ''],
    [
      'validate_string',
      ['(a+)+$', 0n, '', '', `${'a'.repeat(5000)}b`],
      expect.stringContaining("doesn't match regex"),
    ],
    ['validate_string', ['(', 0n, '', '', 'a'], 'fails'],
  ])('%s%p gives %p', (name, inputs, expected) => {
    expect(call(name, ...inputs)).toEqual(expected);
  });
});
