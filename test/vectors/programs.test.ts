import { printValue } from '../../service/datalog/printer.ts';
import { ProgramSession } from '../support/program-session.ts';
import vectors from './programs.json' with { type: 'json' };

describe('random programs answered by OpenStack Congress', () => {
  it.each(vectors.programs)('program $id has the same statements accepted and the same rows', (program) => {
    const policies = [...new Set(program.steps.map(({ policy }) => policy))];
    const session = new ProgramSession(program.tables, policies);
    const accepted = program.steps.map(({ policy, insert }) => session.insert(policy, insert));
    expect(accepted).toEqual(program.steps.map((step) => step.accepted));
    for (const { policy, table, arity, rows } of program.queries) {
      const answers = session.engine.rows({ policy, table, arity, modal: null });
      const printed = answers.map((tuple) => tuple.map(printValue).join(', ')).sort();
      expect({ table, rows: printed }).toEqual({ table, rows: rows.map((row) => row.join(', ')).sort() });
    }
  });
});
