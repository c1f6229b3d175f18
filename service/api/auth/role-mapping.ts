import { type Grants, grantsFrom } from './subject.ts';

/** What the roles of another system grant here, by their names there. */
export type RoleMapping = ReadonlyMap<string, Grants>;

/**
 * From text: `admin=admin,member=editor,ci=pusher:inventory+reader`. Names are taken as they are, case and all.
 * Null when it is no such text.
 */
export function roleMappingFrom(text: string): RoleMapping | null {
  const mapping = new Map<string, Grants>();
  for (const item of text.split(',')) {
    const at = item.lastIndexOf('=');
    const name = item.slice(0, at).trim();
    const grants = grantsFrom(
      item
        .slice(at + 1)
        .split('+')
        .map((part) => part.trim()),
    );
    if (at < 1 || name === '' || grants === null || mapping.has(name)) return null;
    mapping.set(name, grants);
  }
  return mapping;
}

/** Everything that any of the roles grants; roles that are not mapped grant nothing. */
export function grantsOf(mapping: RoleMapping, roles: readonly string[]): Grants {
  const found = roles.flatMap((role) => mapping.get(role) ?? []);
  return {
    roles: new Set(found.flatMap((grants) => [...grants.roles])),
    pushTo: new Set(found.flatMap((grants) => [...grants.pushTo])),
  };
}
