import type { Change } from './change.ts';

/** The change that takes this one back; null where no single change does. */
export function inverseOf(change: Change): Change | null {
  switch (change.kind) {
    case 'policy-created':
      return { ...change, kind: 'policy-deleted' };
    case 'policy-deleted':
      return { ...change, kind: 'policy-created' };
    case 'rule-inserted':
      return { ...change, kind: 'rule-deleted' };
    case 'rule-deleted':
      return { ...change, kind: 'rule-inserted' };
    case 'data-source-created':
      return { ...change, kind: 'data-source-deleted', tables: [] };
    case 'policy-described':
      return { ...change, policy: change.before, before: change.policy };
    case 'rule-replaced':
      return { ...change, rule: change.before, before: change.rule };
    case 'library-policy-created':
      return { ...change, kind: 'library-policy-deleted' };
    case 'library-policy-deleted':
      return { ...change, kind: 'library-policy-created' };
    case 'library-policy-replaced':
      return { ...change, libraryPolicy: change.before, before: change.libraryPolicy };
    case 'library-filled':
      return { ...change, filled: !change.filled };
    case 'request-remembered':
      return { ...change, kind: 'request-forgotten' };
    case 'request-forgotten':
      return { ...change, kind: 'request-remembered' };
    default:
      return null;
  }
}
