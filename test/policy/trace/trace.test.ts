import { traceCharactersMax, traceDepthMax } from '../../../service/base/limits.ts';
import { traceOfRows } from '../../../service/policy/trace/traced-rows.ts';
import { SimulationSession } from '../../support/simulation-session.ts';

describe('a trace', () => {
  it('tells of a row, of a negated literal and of another policy', () => {
    const session = new SimulationSession([
      { name: 'net', rules: ['p(1)', 'bad(x) :- p(x), not other:ok(x)'] },
      { name: 'other', rules: ['ok(2)'] },
    ]);
    expect(traceOfRows(session, { policy: 'net', table: 'bad' })).toBe(
      [
        'net   : Call: bad(x0)',
        'net   : Note: Trying bad(x) :- p(x), not other:ok(x)',
        'net   : | Call: p(x0)',
        'net   : | Note: Trying p(1)',
        'net   : | Exit: p(1)',
        'net   : | Call: not other:ok(1)',
        'other : | | Call: other:ok(1)',
        'other : | | Fail: other:ok(1)',
        'net   : | Exit: not other:ok(1)',
        'net   : Exit: bad(1)',
        'net   : Redo: bad(1)',
        'net   : | Redo: p(1)',
        'net   : | Fail: p(x0)',
        'net   : Fail: bad(x0)',
        'net   : Found answer [bad(1)]',
        '',
      ].join('\n'),
    );
  });

  it('ends with a line that says so when it is too long', () => {
    const session = new SimulationSession([{ name: 'q', rules: ['pair(x, y) :- n(x), n(y)'] }]);
    const rows = Array.from({ length: 2_000 }, (_, i) => [BigInt(i)]);
    session.engine.apply([{ kind: 'replace-table', policy: 'q', table: 'n', arity: 1, rows }]);
    const trace = traceOfRows(session, { policy: 'q', table: 'pair' }) ?? '';
    expect(trace.length).toBeLessThan(traceCharactersMax + 200);
    expect(trace.length).toBeGreaterThan(traceCharactersMax / 2);
    expect(
      trace.endsWith(`RT    : the trace ends here, at its limit of ${traceCharactersMax} characters\n`),
    ).toBe(true);
  });

  it('ends with a line that says so when a proof is too deep', () => {
    const chain = Array.from({ length: traceDepthMax + 10 }, (_, i) => `t${i}(x) :- t${i + 1}(x)`);
    const session = new SimulationSession([{ name: 'q', rules: [...chain, `t${chain.length}(1)`] }]);
    const trace = traceOfRows(session, { policy: 'q', table: 't0' }) ?? '';
    expect(
      trace.endsWith(`RT    : the trace ends here, at its limit of ${traceDepthMax} nested steps\n`),
    ).toBe(true);
  });

  it('of a simulation that is too long leaves its answers alone', () => {
    const session = new SimulationSession([
      { name: 'q', rules: ['pair(x, y) :- n(x), n(y)', 'hit(x) :- pair(x, x), m(x)'] },
      { name: 'act', kind: 'action', rules: [] },
    ]);
    const rows = Array.from({ length: 300 }, (_, i) => [BigInt(i)]);
    session.engine.apply([{ kind: 'replace-table', policy: 'q', table: 'n', arity: 1, rows }]);
    const { answers, trace } = session.simulation({
      query: 'pair(x, y)',
      sequence: 'n-(7)',
      delta: true,
      trace: true,
    });
    expect(answers).toHaveLength(599);
    expect(trace).toContain('the trace ends here');
  });
});
