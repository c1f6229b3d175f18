import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Cloud, generateCloud } from '../examples/openstack-cloud/cloud.ts';
import { exitWithReason } from './cluster/exit-with-reason.ts';
import { freeSetUpPort, runScript } from './demonstration/commands.ts';
import { Congress } from './demonstration/congress.ts';
import { milliseconds, Narrator } from './demonstration/narrator.ts';
import { pushCloud, pushTable } from './demonstration/pushed-cloud.ts';
import { SteadyReads } from './demonstration/steady-reads.ts';
import {
  describe,
  disconnected,
  sameViolations,
  type Violation,
  violationsIn,
} from './demonstration/violations.ts';

const usage = 'scripts/demo [--servers 10000] [--replicas 2] [--seed 1] [--port P] [--keep]';
const policyFile = 'examples/openstack-cloud/policies/network-ownership.json';
const errors = { policy: 'network_ownership', table: 'error' };
const narrator = new Narrator();

await exitWithReason(demo);

async function demo(): Promise<void> {
  const options = await parse(process.argv.slice(2));
  const at = ['--port', String(options.port)];
  const down = () => runScript('down', at);
  process.once('SIGINT', () => void down().finally(() => process.exit(130)));
  await narrator.tell(`Start DynamoDB Local, ${options.replicas} replicas and HAProxy`, () =>
    runScript('up', [...at, '--replicas', String(options.replicas), '--detach', '--fresh']),
  );
  try {
    await show(options);
    narrator.end();
  } catch (error) {
    console.log(`\nFAILED. Logs are in .run/${options.port}/logs.`);
    throw error;
  } finally {
    if (options.keep) sayWhatIsKept(options.port);
    else await down();
  }
}

interface Options {
  readonly servers: number;
  readonly replicas: number;
  readonly seed: number;
  readonly port: number;
  readonly keep: boolean;
}

async function show(options: Options): Promise<void> {
  const balancer = new Congress(`http://127.0.0.1:${options.port}`);
  const replicas = Array.from(
    { length: options.replicas },
    (_, index) => new Congress(`http://127.0.0.1:${options.port + index + 1}`),
  );
  const victim = options.replicas;
  const survivor = replicas[0] ?? balancer;

  const cloud = await setUpPolicy(options, balancer);
  const before = await narrator.tell('Ask each replica for the violations', async () => {
    const found = await agreeing(replicas);
    narrator.check(
      sameViolations(found, cloud.planted.foreignNetworks),
      'they are those planted in the cloud',
    );
    for (const violation of found.slice(0, 5)) narrator.say(describe(violation, cloud));
    if (found.length > 5) narrator.say(`... and ${found.length - 5} more`);
    return found;
  });

  const reads = new SteadyReads(balancer, errors);
  try {
    const after = await fixWithoutReplica({ options, cloud, before, victim, survivor, balancer });
    await narrator.tell(`Start replica ${victim} again`, async () => {
      await runScript('replica', ['start', String(victim), '--port', String(options.port)]);
      const found = await agreeing(replicas);
      narrator.check(sameViolations(found, after), 'it caught up with what happened while it was away');
    });
  } finally {
    await reads.stop();
  }
  await narrator.tell('Look back at the reads that went on through the balancer all the time', () => {
    narrator.say(`${reads.answered} answered, slowest ${milliseconds(reads.slowestMs)}`);
    for (const failure of reads.failures.slice(0, 3)) narrator.say(`failed: ${failure}`);
    narrator.check(reads.failures.length === 0, 'none failed');
  });
}

async function setUpPolicy(options: Options, balancer: Congress): Promise<Cloud> {
  const cloud = await narrator.tell(`Make a cloud of ${options.servers} servers`, () => {
    const made = generateCloud({ servers: options.servers, seed: options.seed });
    const { neutron, keystone } = made;
    narrator.say(
      `${neutron.ports.length} ports, ${neutron.networks.length} networks, ${keystone.users.length} users`,
    );
    return made;
  });
  await narrator.tell('Push all of it as Nova, Neutron, Keystone and a directory of groups', async () => {
    const { tables, rows, bytes, slowest } = await pushCloud(balancer, cloud);
    narrator.say(`${rows} rows in ${tables} tables, ${megabytes(bytes)}`);
    narrator.say(
      `slowest: ${slowest.table}, ${megabytes(slowest.bytes)} in ${milliseconds(slowest.durationMs)}`,
    );
    if (balancer.retries > 0) narrator.say(`${balancer.retries} answers were 503 and tried again`);
  });
  await narrator.tell(`Create the policy of ${policyFile}`, async () => {
    const body = readFileSync(policyFile, 'utf8');
    narrator.say(JSON.parse(body).description);
    await balancer.createPolicy(body);
  });
  return cloud;
}

interface Fix {
  readonly options: Options;
  readonly cloud: Cloud;
  readonly before: readonly Violation[];
  /** Number of the replica that is killed. */
  readonly victim: number;
  readonly survivor: Congress;
  readonly balancer: Congress;
}

/** Kills a replica, takes the first violation away through another, and returns what is left. */
async function fixWithoutReplica(fix: Fix): Promise<readonly Violation[]> {
  const { options, cloud, before, victim, survivor, balancer } = fix;
  await narrator.tell(`Kill replica ${victim}`, () =>
    runScript('replica', ['kill', String(victim), '--port', String(options.port)]),
  );
  const [first, ...left] = before;
  if (first === undefined) throw new Error('there is nothing to fix');
  await narrator.tell('Take the first server off its network, through replica 1', async () => {
    const bytes = await pushTable(survivor, disconnected(cloud, first), 'neutronv2:ports');
    narrator.say(`pushed neutronv2:ports again, ${megabytes(bytes)}`);
  });
  return narrator.tell('Ask the balancer', async () => {
    const answer = await balancer.rows(errors.policy, errors.table);
    const found = violationsIn(answer);
    narrator.say(
      `${found.length} violations at change ${answer.sequence}, in ${milliseconds(answer.durationMs)}`,
    );
    narrator.check(sameViolations(found, left), 'the one that was fixed is gone, the others are there');
    return found;
  });
}

/** What every replica says when asked directly; fails when they do not say the same. */
async function agreeing(replicas: readonly Congress[]): Promise<readonly Violation[]> {
  const answers: (readonly Violation[])[] = [];
  for (const [index, replica] of replicas.entries()) {
    const answer = await replica.rows(errors.policy, errors.table);
    answers.push(violationsIn(answer));
    const duration = milliseconds(answer.durationMs);
    narrator.say(
      `replica ${index + 1}: ${answer.rows.length} violations at change ${answer.sequence}, in ${duration}`,
    );
  }
  const [first = [], ...others] = answers;
  narrator.check(
    others.every((other) => sameViolations(other, first)),
    'all replicas say the same',
  );
  return first;
}

function sayWhatIsKept(port: number): void {
  console.log(`
Left running:
   curl http://127.0.0.1:${port}/v1/policies/${errors.policy}/tables/${errors.table}/rows
   scripts/status --port ${port}
   scripts/down --port ${port}`);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(2)} MB`;
}

function optionValues(given: readonly string[]) {
  try {
    return parseArgs({
      args: [...given],
      options: {
        servers: { type: 'string', default: '10000' },
        replicas: { type: 'string', default: '2' },
        seed: { type: 'string', default: '1' },
        port: { type: 'string' },
        keep: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}; usage: ${usage}`);
  }
}

async function parse(given: readonly string[]): Promise<Options> {
  const values = optionValues(given);
  const wholeNumber = (name: 'servers' | 'replicas' | 'seed' | 'port', min: number, text: string) => {
    const number = /^\d+$/.test(text) ? Number(text) : -1;
    if (number < min) throw new Error(`--${name} is a whole number of at least ${min}; usage: ${usage}`);
    return number;
  };
  const replicas = wholeNumber('replicas', 2, values.replicas);
  return {
    servers: wholeNumber('servers', 20, values.servers),
    replicas,
    seed: wholeNumber('seed', 0, values.seed),
    port:
      values.port === undefined ? await freeSetUpPort(2789, replicas) : wholeNumber('port', 1, values.port),
    keep: values.keep,
  };
}
