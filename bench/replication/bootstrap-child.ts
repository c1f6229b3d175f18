import { startBenchReplica } from './bench-replica.ts';

/** Loads everything in a fresh process and says how long it took, what it cost and how much memory it needs. */
const [endpoint = '', prefix = ''] = process.argv.slice(2);
const startedMs = performance.now();
const replica = await startBenchReplica(endpoint, prefix);
const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
const peakMb = Math.round(process.resourceUsage().maxRSS / 1_024);
const readUnits = Math.round(replica.units.read);
globalThis.gc?.();
const { rss, heapUsed } = process.memoryUsage();
const mb = (bytes: number): number => Math.round(bytes / 1024 / 1024);
console.log(
  `ready after ${seconds} s, ${readUnits} read units, peak ${peakMb} MB, now ${mb(rss)} MB (JavaScript heap ${mb(heapUsed)} MB)`,
);
await replica.stop();
