import fc from 'fast-check';
import type { Change } from '../../service/policy/change.ts';
import type { Wish } from './sample-changes.ts';

const fraction = fc.integer({ min: 0, max: 999 }).map((thousandths) => thousandths / 1000);
/** Sequences of changes of all kinds; those about rules are the most frequent. */
export const wishes: fc.Arbitrary<readonly Wish[]> = fc.array(
  fc.record({
    kind: fc.constantFrom<Change['kind'][]>(
      'policy-created',
      'policy-created',
      'policy-deleted',
      'rule-inserted',
      'rule-inserted',
      'rule-inserted',
      'rule-deleted',
      'data-source-created',
      'data-source-deleted',
      'table-replaced',
      'table-changed',
      'data-source-updated',
      'refresh-requested',
      'execution-opened',
      'execution-opened',
      'execution-changed',
      'execution-forgotten',
      'enforcement-configured',
      'rule-replaced',
      'policy-described',
      'library-policy-created',
      'library-policy-created',
      'library-policy-replaced',
      'library-policy-deleted',
      'library-filled',
      'request-remembered',
      'request-forgotten',
    ),
    pick: fraction,
    statement: fraction,
    many: fraction,
  }),
  { maxLength: 60, size: 'max' },
);
