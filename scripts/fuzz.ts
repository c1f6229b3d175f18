import { parseArgs } from 'node:util';
import { exitWithReason } from './cluster/exit-with-reason.ts';
import { fuzzApi } from './fuzz/fuzz-api.ts';

/** `npm run fuzz -- api [--requests 50000] [--seed 1]`: random requests to a server of its own. */
await exitWithReason(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { requests: { type: 'string', default: '50000' }, seed: { type: 'string', default: '1' } },
  });
  const [requests, seed] = [Number(values.requests), Number(values.seed)];
  if (positionals.join(' ') !== 'api' || !Number.isSafeInteger(requests) || !Number.isSafeInteger(seed)) {
    throw new Error('usage: npm run fuzz -- api [--requests 50000] [--seed 1]');
  }
  process.exitCode = (await fuzzApi({ requests, seed })) ? 0 : 1;
});
