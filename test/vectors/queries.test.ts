import { parse } from '../../service/datalog/parser.ts';
import { printStatement } from '../../service/datalog/printer.ts';
import type { Formula } from '../../service/datalog/tree.ts';
import { ProgramSession, type SourceTables } from '../support/program-session.ts';
import vectors from './queries.json' with { type: 'json' };

/** The cases name `nova` once as a data source with a table q of two columns, and once as an unknown policy. */
const novaTables: SourceTables = { nova: { q: { columns: ['id', 'name'], rows: [] } } };

describe('queries answer as OpenStack Congress does', () => {
  it.each(vectors.queries)('$query after $statements', ({ statements, policy, query, result }) => {
    const fills = statements.some((statement) => statement.policy === 'nova');
    const session = new ProgramSession(fills ? novaTables : {}, [...new Set([policy, ...statements.map((s) => s.policy)])]);
    const accepted = statements.every((statement) => session.insert(statement.policy, statement.text));
    const answers = session.engine.query(policy, parse(query)[0] as Formula).map(printStatement);
    expect({ accepted, answers: answers.sort().join(' ') }).toEqual({ accepted: true, answers: result });
  });
});
