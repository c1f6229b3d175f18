import { exitWithReason } from './cluster/exit-with-reason.ts';
import { runHaTests } from './cluster/ha-run.ts';

/** `npm run test:ha [-- jest options]`. */
await exitWithReason(async () => {
  process.exitCode = await runHaTests(process.cwd(), process.argv.slice(2));
});
