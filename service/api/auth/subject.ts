import type { Access } from '../access.ts';

/** What a subject may be; `public` is no role, it needs none. */
export type Role = Exclude<Access, 'public'>;

/** What was granted. Every role but `pusher` includes `reader`. */
export interface Grants {
  readonly roles: ReadonlySet<Role>;
  /** Names of the data sources that a pusher may push to; `*` is all of them. */
  readonly pushTo: ReadonlySet<string>;
}

/** Who sends a request, as far as authentication found out. */
export interface Subject extends Grants {
  /** How and as whom, for example `token:dashboard`: for change records and audit lines. At most 256 characters. */
  readonly id: string;
}

const allRoles: readonly Role[] = ['reader', 'editor', 'pusher', 'operator'];

/** Everything is allowed. */
const everything: Grants = { roles: new Set(allRoles), pushTo: new Set(['*']) };

/** Who everybody is without authentication. */
export const anonymous: Subject = { id: 'anonymous', ...everything };

/** A subject id of a prefix and what somebody else made up: bounded, and without characters that break a log line. */
export function subjectId(scheme: 'token' | 'jwt' | 'alb' | 'keystone', name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return `${scheme}:${name.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '?')}`.slice(0, 256);
}

/**
 * Whether `grants` allow a route.
 * - `reader`: also with `editor` or `operator`.
 * - `pusher`: with `operator`, or when the data source is among those granted.
 * `source` is the name of the data source that the request is about; null when it is about none.
 */
export function allows(grants: Grants, access: Access, source: string | null): boolean {
  const { roles, pushTo } = grants;
  switch (access) {
    case 'public':
      return true;
    case 'reader':
      return roles.has('reader') || roles.has('editor') || roles.has('operator');
    case 'pusher':
      return (
        roles.has('operator') ||
        (roles.has('pusher') && (pushTo.has('*') || (source !== null && pushTo.has(source))))
      );
    default:
      return roles.has(access);
  }
}

const pusherTo = /^pusher:([^\s,+]+)$/;

/**
 * Grants from their texts: `reader`, `editor`, `operator`, `pusher:<data source>`, `pusher:*`, or `admin` for all of
 * it. Null when one of them is none of these; a pusher without a data source is none.
 */
export function grantsFrom(texts: readonly string[]): Grants | null {
  const roles = new Set<Role>();
  const pushTo = new Set<string>();
  for (const text of texts) {
    const source = pusherTo.exec(text)?.[1];
    if (text === 'admin') for (const role of allRoles) roles.add(role);
    if (text === 'admin') pushTo.add('*');
    else if (text === 'reader' || text === 'editor' || text === 'operator') roles.add(text);
    else if (source !== undefined) {
      roles.add('pusher');
      pushTo.add(source);
    } else return null;
  }
  return { roles, pushTo };
}
