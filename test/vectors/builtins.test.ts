import { parse } from '../../service/datalog/parser.ts';
import { printStatement } from '../../service/datalog/printer.ts';
import type { Formula } from '../../service/datalog/tree.ts';
import { Engine } from '../../service/engine/engine.ts';
import vectors from './builtins.json' with { type: 'json' };

describe('builtins answer as OpenStack Congress does', () => {
  it.each(vectors.builtins)('$query', ({ query, result }) => {
    const answers = new Engine().query('t', parse(query)[0] as Formula);
    expect(answers.map(printStatement).join(' ')).toBe(result);
  });
});
