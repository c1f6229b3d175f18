import { type Action, absent, type HistoryEvent, type Outcome, policyState } from './history.ts';
import { checkLinearizable } from './linearizability.ts';
import { policyStep, rowsStep } from './policy-model.ts';

const done: Outcome = { kind: 'done' };
const unknown: Outcome = { kind: 'unknown' };
const read: Action = { kind: 'read' };

let events = 0;

/** An operation from `called` to `returned`. */
function event(span: readonly [number, number | null], action: Action, outcome: Outcome): HistoryEvent {
  events += 1;
  return { id: `e${events}`, object: 'x', action, called: span[0], returned: span[1], outcome };
}

const replace = (
  span: readonly [number, number | null],
  rows: string,
  outcome: Outcome = done,
): HistoryEvent => event(span, { kind: 'replace', rows }, outcome);
const shows = (span: readonly [number, number], state: string): HistoryEvent =>
  event(span, read, { kind: 'read', state });

function verdictOfRows(...history: readonly HistoryEvent[]): string {
  return checkLinearizable(history, { initial: 'none', step: rowsStep }).kind;
}

describe('a register', () => {
  it.each<[string, readonly HistoryEvent[]]>([
    ['without operations', []],
    ['read after it was written', [replace([1, 2], 'a'), shows([3, 4], 'a')]],
    [
      'read before and after beside a write',
      [replace([1, 6], 'a'), shows([2, 3], 'none'), shows([4, 5], 'a')],
    ],
    ['of two writes at once, either last', [replace([1, 4], 'a'), replace([2, 3], 'b'), shows([5, 6], 'a')]],
    ['with an unknown write that was made', [replace([1, null], 'a', unknown), shows([2, 3], 'a')]],
    [
      'with an unknown write that was made late',
      [replace([1, null], 'a', unknown), shows([2, 3], 'none'), replace([4, 5], 'b'), shows([6, 7], 'a')],
    ],
    ['with an unknown write that was never made', [replace([1, null], 'a', unknown), shows([2, 3], 'none')]],
    ['with a write that was not made', [replace([1, 2], 'a', { kind: 'not-done' }), shows([3, 4], 'none')]],
  ])('%s is linearizable', (_, history) => {
    expect(verdictOfRows(...history)).toBe('linearizable');
  });

  it.each<[string, readonly HistoryEvent[]]>([
    ['that loses a write', [replace([1, 2], 'a'), shows([3, 4], 'none')]],
    ['that is read before it was written', [shows([1, 2], 'a'), replace([3, 4], 'a')]],
    ['that goes back in time', [replace([1, 8], 'a'), shows([2, 3], 'a'), shows([4, 5], 'none')]],
    [
      'that goes back to the earlier of two',
      [replace([1, 2], 'a'), replace([3, 4], 'b'), shows([5, 6], 'b'), shows([7, 8], 'a')],
    ],
    [
      'that shows two orders of the same writes',
      [
        replace([1, 10], 'a'),
        replace([2, 11], 'b'),
        shows([3, 4], 'a'),
        shows([5, 6], 'b'),
        shows([7, 8], 'a'),
      ],
    ],
    [
      'that shows a write that was not made',
      [replace([1, 2], 'a', { kind: 'not-done' }), shows([3, 4], 'a')],
    ],
    [
      'that shows an unknown write twice',
      [
        replace([1, null], 'a', unknown),
        shows([2, 3], 'a'),
        replace([4, 5], 'b'),
        shows([6, 7], 'b'),
        shows([8, 9], 'a'),
      ],
    ],
  ])('%s is not linearizable', (_, history) => {
    expect(verdictOfRows(...history)).toBe('not-linearizable');
  });

  it('says which operation has no place', () => {
    const verdict = checkLinearizable([replace([1, 2], 'a'), shows([3, 4], 'none')], {
      initial: 'none',
      step: rowsStep,
    });
    expect(verdict).toMatchObject({ reason: expect.stringMatching(/^no order explains e\d+ \(read/) });
  });

  it('with too many possibilities is left undecided', () => {
    const many = Array.from({ length: 12 }, (_, n) => replace([n, 100 + n], `w${n}`));
    const options = { initial: 'none', step: rowsStep, configurationsMax: 50 };
    expect(checkLinearizable([...many, shows([200, 201], 'never')], options).kind).toBe('undecided');
  });

  it('with many writes at once is decided soon', () => {
    const many = Array.from({ length: 12 }, (_, n) => replace([n, 100 + n], `w${n}`));
    expect(verdictOfRows(...many, shows([200, 201], 'w7'))).toBe('linearizable');
  });
});

describe('a policy', () => {
  const texts = new Map([
    ['r1', 'f(1)'],
    ['r2', 'p(x) :- q(x)'],
    ['r3', 'q(x) :- p(x)'],
    ['r4', 'f(1)'],
  ]);
  const refused = (code: string): Outcome => ({ kind: 'refused', code });
  const create = (span: readonly [number, number], outcome: Outcome = done): HistoryEvent =>
    event(span, { kind: 'create', policy: 'p', rules: ['r1'] }, outcome);
  const insert = (
    span: readonly [number, number | null],
    rule: string,
    outcome: Outcome = done,
  ): HistoryEvent => event(span, { kind: 'insert', rule }, outcome);
  const verdict = (...history: readonly HistoryEvent[]): string =>
    checkLinearizable(history, { initial: absent, step: policyStep(texts) }).kind;

  it('is created, filled, emptied and deleted', () => {
    const history = [
      insert([1, 2], 'r2', refused('policy-of-rule-not-found')),
      create([3, 4]),
      create([5, 6], refused('policy-name-taken')),
      insert([7, 8], 'r2'),
      insert([9, 10], 'r3', refused('rules-recursive')),
      insert([11, 12], 'r4', refused('rule-already-exists')),
      event([13, 14], { kind: 'remove', rule: 'r2' }, done),
      insert([15, 16], 'r3'),
      shows([17, 18], policyState('p', ['r3', 'r1'])),
      event([19, 20], { kind: 'delete' }, done),
      event([21, 22], { kind: 'remove', rule: 'r3' }, refused('policy-of-rule-not-found')),
      shows([23, 24], absent),
    ];
    expect(verdict(...history)).toBe('linearizable');
  });

  it.each<[string, readonly HistoryEvent[]]>([
    ['takes a rule before it is there', [insert([1, 2], 'r1'), create([3, 4])]],
    ['is created twice', [create([1, 2]), create([3, 4])]],
    ['becomes recursive', [create([1, 2]), insert([3, 6], 'r2'), insert([4, 5], 'r3')]],
    ['refuses what it has not', [create([1, 2]), insert([3, 4], 'r2', refused('rule-already-exists'))]],
    ['forgets a rule', [create([1, 2]), insert([3, 4], 'r2'), shows([5, 6], policyState('p', ['r1']))]],
  ])('that %s is not linearizable', (_, history) => {
    expect(verdict(...history)).toBe('not-linearizable');
  });
});
