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
    case 'request-remembered':
      return { ...change, kind: 'request-forgotten' };
    case 'request-forgotten':
      return { ...change, kind: 'request-remembered' };
    default:
      return null;
  }
}
