import { spawnSync } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import type { Tuple } from '../../service/datalog/value.ts';
import { deletePolicy } from '../../service/policy/writes/delete-policy.ts';
import { replacePolicy } from '../../service/policy/writes/replace-policy.ts';
import { startBenchReplica } from './bench-replica.ts';
import { dataSourceOf, newRuleOf, policyOf } from './wishes.ts';

const never = new AbortController().signal;
setMaxListeners(0, never);
const rules = 10_000;
const tables = 10;
const rowsPerTable = 100_000;
const columns = ['id', 'name', 'project', 'host', 'state'];

/** Ten thousand rules and a million shared rows: written, and loaded by a new replica in a process of its own. */
export async function benchBootstrap(endpoint: string): Promise<void> {
  const prefix = 'bootstrap';
  console.log(`\n${rules} rules, ${tables * rowsPerTable} rows of ${columns.length} columns`);
  const writer = await startBenchReplica(endpoint, prefix);
  const { port } = writer.replication;
  const names = Array.from({ length: tables }, (_, index) => `t${index}`);
  await timed('create a policy of 10,000 rules', () =>
    port.write(policyOf('many', ruleTexts()), { signal: never }),
  );
  await timed('replace all of its rules', () => {
    const replaced = ruleTexts().map((text) => newRuleOf(text.replace('p', 'r')));
    const wish = { policy: 'many', rulesVersion: 7, name: 'many', rules: replaced };
    return port.write(replacePolicy(wish), { signal: never });
  });
  await timed('delete it', () => port.write(deletePolicy('many'), { signal: never }));
  await port.write(policyOf('again', ruleTexts()), { signal: never });
  await port.write(dataSourceOf('cloud', names, columns), { signal: never });
  await timed('push a million rows', async () => {
    for (const [index, table] of names.entries()) {
      await port.replaceRows({ dataSource: 'cloud', table, rows: rowsOf(index) }, { signal: never });
    }
  });
  console.log(`  billed so far: ${Math.round(writer.units.write)} write units`);
  await writer.stop();
  for (const start of ['first', 'second']) {
    const { stdout, status, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', join(import.meta.dirname, 'bootstrap-child.ts'), endpoint, prefix],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`the new replica failed: ${stderr}`);
    console.log(`  ${start} start of a new process: ${stdout.trim()}`);
  }
}

function ruleTexts(): readonly string[] {
  return Array.from(
    { length: rules },
    (_, index) => `p${index}(x, y) :- cloud:t${index % tables}(x, y, p, h, "s${index}")`,
  );
}

function rowsOf(table: number): readonly Tuple[] {
  return Array.from({ length: rowsPerTable }, (_, index) => [
    `id-${table}-${index}`,
    `server-${index}`,
    `project-${index % 997}`,
    `host-${index % 211}`,
    `state-${index % 5}`,
  ]);
}

async function timed(what: string, work: () => Promise<unknown>): Promise<void> {
  const startedMs = performance.now();
  await work();
  console.log(`  ${what}: ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`);
}
