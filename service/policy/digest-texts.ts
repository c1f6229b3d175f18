import { unreachable } from '../base/assert.ts';
import { canonicalJson } from '../base/canonical-json.ts';
import type { JsonObject } from '../base/json.ts';
import type { EnforcementChange } from './change.ts';
import { executionToEntity, settingsToEntity } from './execution-json.ts';
import type { EnforcementSettings, Execution } from './executions.ts';

/** What the catalog digest holds for an entity. */
export function digestText(kind: string, entity: JsonObject): string {
  return `${kind} ${canonicalJson(entity)}`;
}

export function executionText(execution: Execution): string {
  return digestText('execution', executionToEntity(execution));
}

export function settingsText(settings: EnforcementSettings): string {
  return digestText('enforcement', settingsToEntity(settings));
}

/** How the change moves the digest. */
export function enforcementTexts(change: EnforcementChange): {
  readonly added: readonly string[];
  readonly removed: readonly string[];
} {
  switch (change.kind) {
    case 'execution-opened':
      return { added: [executionText(change.execution)], removed: [] };
    case 'execution-changed':
      return { added: [executionText(change.execution)], removed: [executionText(change.before)] };
    case 'execution-forgotten':
      return { added: [], removed: [executionText(change.execution)] };
    case 'enforcement-configured':
      return {
        added: [settingsText(change.settings)],
        removed: change.before === null ? [] : [settingsText(change.before)],
      };
    default:
      return unreachable(change);
  }
}
