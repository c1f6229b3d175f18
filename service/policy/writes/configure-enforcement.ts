import { type EnforcementSettings, sameSettings } from '../executions.ts';
import type { Write } from '../write.ts';

/** Sets the switches of enforcement on every replica. */
export function configureEnforcement(settings: EnforcementSettings): Write<null> {
  return {
    name: 'configure-enforcement',
    plan(catalog) {
      const { executions } = catalog;
      if (sameSettings(settings, executions.settings())) return { changes: [], result: null };
      const before = executions.storedSettings();
      return { changes: [{ kind: 'enforcement-configured', settings, before }], result: null };
    },
  };
}
