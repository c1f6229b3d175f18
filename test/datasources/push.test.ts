import type { JsonObject } from '../../service/base/json.ts';
import type { DriverTable } from '../../service/datasources/driver.ts';
import { pushDriver } from '../../service/datasources/drivers/push.ts';
import { InvalidDriverConfig, InvalidRows } from '../../service/datasources/problems.ts';

function problemsOf(config: JsonObject): readonly string[] {
  try {
    pushDriver.tables(config);
  } catch (problem) {
    if (problem instanceof InvalidDriverConfig) return problem.problems;
    throw problem;
  }
  return [];
}

const vms: DriverTable = {
  table: 'vms',
  columns: [
    { name: 'id', description: null },
    { name: 'size', description: null },
  ],
};
const rows = (body: unknown) => pushDriver.rowsFromPush?.(vms, body);

describe('the push driver', () => {
  it('has the tables that its configuration names, columns in order', () => {
    expect(
      pushDriver.tables({ tables: { vms: ['id', 'size'], 'vms.tags': ['vm', 'tag'], none: [] } }),
    ).toEqual([
      { table: 'vms', columns: vms.columns },
      {
        table: 'vms.tags',
        columns: [
          { name: 'vm', description: null },
          { name: 'tag', description: null },
        ],
      },
      { table: 'none', columns: [] },
    ]);
  });

  it('lists every problem of a configuration at once', () => {
    const problems = problemsOf({
      tables: { 'a-b': ['x'], not: [], t: ['c', 'c', 5, ''], u: 'x', 'x:y': [] },
    });
    expect(problems).toEqual([
      '`a-b` is not a valid table name',
      '`not` is not a valid table name',
      'table `t`: column `c` appears twice',
      'table `t`: column 2 must be a text of 1 to 255 characters',
      'table `t`: column 3 must be a text of 1 to 255 characters',
      'table `u`: the columns must be a list of names',
      '`x:y` is not a valid table name',
    ]);
  });

  it.each([[null], ['x'], [[]], [5]])('refuses `tables` that is no object: %j', (tables) => {
    expect(problemsOf({ tables })).toEqual(['`tables` must be an object of lists of column names']);
  });

  it('refuses a configuration without tables', () => {
    expect(problemsOf({ tables: {} })).toEqual(['`tables` must name at least one table']);
  });

  it('takes rows as lists in column order and as objects by column name', () => {
    expect(rows([['a', 1n], { size: 2.5, id: 'b' }])).toEqual([
      ['a', 1n],
      ['b', 2.5],
    ]);
  });

  it('converts values as Congress does, and keeps integers apart from floats', () => {
    expect(
      rows([
        [true, false],
        [null, 12345678901234567890n],
        [2, 2n],
        [['a', 1n, null], { k: 1.5 }],
      ]),
    ).toEqual([
      ['True', 'False'],
      ['None', 12345678901234567890n],
      [2, 2n],
      ["['a', 1, None]", "{'k': 1.5}"],
    ]);
  });

  it('keeps non-ASCII text', () => {
    expect(rows([['Zürich', '網路']])).toEqual([['Zürich', '網路']]);
  });

  it.each([
    [{ a: 1 }, null, 'the body must be a list of rows'],
    ['x', null, 'the body must be a list of rows'],
    [[['a', 1n], ['b']], 1, 'row 1 has 1 values, the table has 2 columns'],
    [[['a', 1n, 2n]], 0, 'row 0 has 3 values, the table has 2 columns'],
    [[['a', 1n], { id: 'b' }], 1, 'row 1 has no column `size`'],
    [[{ id: 'b', size: 1n, colour: 'red' }], 0, 'row 0 has an unknown column `colour`'],
    [[['a', 1n], 7n], 1, 'row 1 must be a list or an object'],
    [[null], 0, 'row 0 must be a list or an object'],
  ])('refuses all rows of %p and names the first bad one', (body, index, message) => {
    let caught: unknown;
    try {
      rows(body);
    } catch (problem) {
      caught = problem;
    }
    expect(caught).toBeInstanceOf(InvalidRows);
    expect(caught).toMatchObject({ index, message });
  });
});
