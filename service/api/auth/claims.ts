import type { JWTPayload } from 'jose';

/**
 * The roles in the claims of a token: at `path`, whose parts are separated by dots when the claim is inside others
 * (`realm_access.roles`); a claim whose name has dots itself is found first. A text is split at white space, as
 * `scope` is (RFC 8693, 4.2).
 */
export function rolesIn(payload: JWTPayload, path: string): readonly string[] {
  const found = Object.hasOwn(payload, path) ? payload[path] : inside(payload, path.split('.'));
  if (typeof found === 'string') return found.split(/\s+/).filter((role) => role !== '');
  return Array.isArray(found) ? found.filter((role): role is string => typeof role === 'string') : [];
}

function inside(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const name of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}
