import { parseArgs } from 'node:util';
import { mutationProof } from '../test/simulator/mutation-proof.ts';
import { type Mutation, mutations, noMutation } from '../test/simulator/mutations.ts';
import { type Plan, planOf } from '../test/simulator/plan.ts';
import { planWith, shrink } from '../test/simulator/shrink.ts';
import { type RunReport, simulate } from '../test/simulator/simulation.ts';
import { exitWithReason } from './cluster/exit-with-reason.ts';

/**
 * `npm run simulate -- [--seed S] [--runs N] [--seconds T] [--without MECHANISM] [--keep o1,f2,...] [--trace]
 * [--mutations]`
 * (docs/SIMULATOR.md). Exit status 1 when a promise was broken.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      runs: { type: 'string', default: '1' },
      seconds: { type: 'string', default: '3600' },
      without: { type: 'string' },
      keep: { type: 'string' },
      trace: { type: 'boolean', default: false },
      mutations: { type: 'boolean', default: false },
    },
  });
  const mutation = mutationNamed(values.without);
  const first = Number(values.seed);
  const startedMs = performance.now();
  const endMs = startedMs + Number(values.seconds) * 1_000;
  const total = { runs: 0, events: 0, commits: 0, operations: 0, undecided: 0 };
  for (let seed = first; seed < first + Number(values.runs) && performance.now() < endMs; seed += 1) {
    const plan = kept(planOf(seed), values.keep);
    const report = await run(plan, { mutation, trace: values.trace });
    if (values.trace) console.log(report.trace.join('\n'));
    for (const key of ['events', 'commits', 'operations', 'undecided'] as const) total[key] += report[key];
    total.runs += 1;
    if (report.wrong.length === 0) continue;
    process.exitCode = 1;
    await explain(plan, report, { mutation, shrunk: values.keep !== undefined });
    break;
  }
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  const cpuSeconds = (process.cpuUsage().user / 1e6).toFixed(1);
  console.log(
    `seeds ${first} to ${first + total.runs - 1}: ${total.runs} runs, ${total.operations} operations, ` +
      `${total.commits} commits, ${total.events} events in ${seconds} s (${cpuSeconds} s of CPU); ` +
      `${process.exitCode === 1 ? 'A PROMISE WAS BROKEN' : 'every promise was kept'}` +
      `${total.undecided === 0 ? '' : `; ${total.undecided} histories undecided`}`,
  );
  if (values.mutations) await proveMutations();
}

/** Each mechanism switched off must break a promise: a simulator that cannot fail proves nothing. */
async function proveMutations(): Promise<void> {
  Error.stackTraceLimit = 0;
  for await (const { mechanism, seed, wrong } of mutationProof()) {
    console.log(
      `without ${mechanism}: ${seed === null ? 'NOTHING BREAKS' : `seed ${seed}: ${wrong.slice(0, 110)}`}`,
    );
    if (seed === null) process.exitCode = 1;
  }
}

interface RunOptions {
  readonly mutation: Mutation;
  readonly trace: boolean;
}

/** Stacks are only looked at when something broke, and cost a tenth of the time. */
async function run(plan: Plan, options: RunOptions): Promise<RunReport> {
  Error.stackTraceLimit = options.trace ? 10 : 0;
  return simulate(plan, options);
}

async function explain(
  plan: Plan,
  { wrong }: RunReport,
  { mutation, shrunk }: { readonly mutation: Mutation; readonly shrunk: boolean },
): Promise<void> {
  const without = mutation === noMutation ? '' : ` --without ${mutation.name}`;
  console.log(
    `seed ${plan.seed} breaks a promise; replay: npm run simulate -- --seed ${plan.seed}${without} --trace`,
  );
  for (const each of wrong) console.log(`  ${each}`);
  if (shrunk) return;
  const breaks = async (smaller: Plan): Promise<boolean> =>
    (await run(smaller, { mutation, trace: false })).wrong.length > 0;
  const parts = await shrink(plan, breaks);
  const small = await run(planWith(plan, new Set(parts)), { mutation, trace: true });
  const wrongAt = small.trace.findIndex((line) => line.includes(' WRONG '));
  console.log(`\nthe least that still breaks one (${parts.length} operations and faults) ends so:`);
  console.log(small.trace.slice(Math.max(0, wrongAt - traceLinesShown), wrongAt + 1).join('\n'));
  console.log(
    `\nreplay: npm run simulate -- --seed ${plan.seed}${without} --keep ${parts.join(',')} --trace`,
  );
}

function kept(plan: Plan, keep: string | undefined): Plan {
  return keep === undefined ? plan : planWith(plan, new Set(keep.split(',')));
}

function mutationNamed(name: string | undefined): Mutation {
  if (name === undefined) return noMutation;
  const found = mutations.find((mutation) => mutation.name === name);
  if (found !== undefined) return found;
  throw new Error(`no mechanism \`${name}\`; there are ${mutations.map((each) => each.name).join(', ')}`);
}

const traceLinesShown = 60;

await exitWithReason(main);
