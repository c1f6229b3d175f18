import fc from 'fast-check';
import { admit } from '../../service/datalog/admission/admit.ts';
import { printStatement } from '../../service/datalog/printer.ts';
import { SyntaxProblem } from '../../service/datalog/problems.ts';
import { parseProgram } from '../../service/datalog/program-text.ts';
import { problemsOf } from '../../service/datalog/text-problems.ts';
import type { Statement } from '../../service/datalog/tree.ts';
import { anyExtendedProgram } from './arbitrary-programs.ts';
import { FakeCatalog } from './fake-catalog.ts';

/** Cases of each kind; 34,000 make 100,000 in all: FUZZ_RUNS=34000 npx jest test/datalog/fuzz. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 400);
/** A text of a few hundred characters takes well under a millisecond. */
const caseMsMax = 2_000;

function world(): FakeCatalog {
  const catalog = new FakeCatalog({
    policies: { test: 'nonrecursive', loop: 'z3', act: 'action', db: 'database' },
    dataSources: { nova: { q: ['id', 'name', 'status'] } },
    recursivePolicies: ['loop'],
    hasAdditions: true,
  });
  catalog.insert('test', 'p(1, 2) r(x) :- s(x)');
  return catalog;
}

function read(text: string): readonly Statement[] | null {
  try {
    return parseProgram(text);
  } catch (error) {
    if (error instanceof SyntaxProblem) return null;
    throw error;
  }
}

/** Whatever a client sends is admitted or refused with problems that say where and what to do. */
function expectVerdict(text: string, policy: string): void {
  const startedMs = performance.now();
  const catalog = world();
  const statements = read(text);
  const verdict = statements && admit({ policy, statements }, catalog);
  const problems = problemsOf(text, { policy, context: catalog });
  expect(problems.length === 0).toBe(verdict?.kind === 'admitted');
  const lines = text.split('\n').length;
  for (const { line, column, message, hint } of problems) {
    expect(line).toBeGreaterThan(0);
    expect(line).toBeLessThanOrEqual(lines);
    expect(column).toBeGreaterThanOrEqual(0);
    expect(message.length * hint.length).toBeGreaterThan(0);
  }
  for (const statement of statements ?? []) expect(printStatement(statement).length).toBeGreaterThan(0);
  expect(performance.now() - startedMs).toBeLessThan(caseMsMax);
}

const anyPolicy = fc.constantFrom('test', 'test', 'loop', 'act', 'db');
const words =
  'p q r nova:q nova test : ( ( ) ) , , :- [ ] execute insert not NOT = + - . ; 0 12 -3 1.5 "s" x y x ? _ count( sum( lt builtin:split builtin: id= true // /* \n'.split(
    ' ',
  );

describe('any text', () => {
  it('of random bytes has a verdict', () => {
    const anyBytes = fc.uint8Array({ maxLength: 80 });
    fc.assert(
      fc.property(
        anyBytes,
        fc.constantFrom('latin1', 'utf8', 'utf16le'),
        anyPolicy,
        (bytes, encoding, policy) => {
          expectVerdict(Buffer.from(bytes).toString(encoding as BufferEncoding), policy);
        },
      ),
      { numRuns },
    );
  });

  it('of random tokens has a verdict', () => {
    const anyTokens = fc.array(fc.constantFrom(...words), { maxLength: 40 });
    fc.assert(
      fc.property(anyTokens, fc.constantFrom('', ' '), anyPolicy, (tokens, between, policy) => {
        expectVerdict(tokens.join(between), policy);
      }),
      { numRuns },
    );
  });

  it('of a program with something cut out or put in has a verdict', () => {
    const anyEdit = fc.record({
      at: fc.nat(),
      length: fc.nat({ max: 3 }),
      put: fc.constantFrom('', '', ...words),
    });
    fc.assert(
      fc.property(
        anyExtendedProgram,
        fc.array(anyEdit, { maxLength: 3 }),
        anyPolicy,
        (program, edits, policy) => {
          let text = program.map(printStatement).join('\n');
          for (const { at, length, put } of edits) {
            const from = at % (text.length + 1);
            text = text.slice(0, from) + put + text.slice(from + length);
          }
          expectVerdict(text, policy);
        },
      ),
      { numRuns },
    );
  });
});
