import { SeededRandom } from '../support/seeded-random.ts';
import type { StoreConditions } from './fake-dynamodb.ts';
import type { MessageChances, Path } from './fake-network.ts';

/** Everything that a run does on purpose, drawn from its seed; what is left to chance draws from it too. */
export interface Plan {
  readonly seed: number;
  readonly replicas: number;
  readonly pollIntervalMs: number;
  /** Change records live so shortly that replicas have to load everything again. */
  readonly shortLog: boolean;
  readonly recordRetentionMs: number;
  readonly supersededRetentionMs: number;
  readonly leaseDurationMs: number;
  /** Whether replicas that find no store at their start serve what they kept on their disk. */
  readonly serveSnapshot: boolean;
  readonly snapshotIntervalMs: number;
  /** Small, so that some policies take more than a transaction. */
  readonly writesPerCommitMax: number;
  readonly store: StoreConditions;
  readonly chances: MessageChances;
  /** Virtual time at which all faults end. */
  readonly healAtMs: number;
  readonly operations: readonly PlannedOperation[];
  readonly faults: readonly PlannedFault[];
}

type OperationKind =
  | 'create-policy'
  | 'create-large-policy'
  | 'delete-policy'
  | 'insert-fact'
  | 'insert-copy-rule'
  | 'insert-p-of-q'
  | 'insert-q-of-p'
  | 'delete-rule'
  | 'read-policy'
  | 'replace-rows'
  | 'read-rows';

/** What one client does next; its operations are made one after the other. */
export interface PlannedOperation {
  readonly id: string;
  readonly client: number;
  /** Not before this moment. */
  readonly atMs: number;
  readonly kind: OperationKind;
  /** Policy by name. */
  readonly policy: string;
  /** With an Idempotency-Key, and tried again with it. */
  readonly keyed: boolean;
  readonly consistency: 'linearizable' | 'default' | 'token' | 'bounded';
  /** Where the balancer sends it; the next ones when it is tried again. */
  readonly replica: number;
}

export type PlannedFault = { readonly id: string; readonly atMs: number } & (
  | { readonly kind: 'crash'; readonly replica: number; readonly downMs: number }
  /** Dies, and finds no store when it starts again. */
  | {
      readonly kind: 'cold';
      readonly replica: number;
      readonly downMs: number;
      readonly path: Path;
      readonly durationMs: number;
    }
  | { readonly kind: 'stop'; readonly replica: number; readonly downMs: number }
  | { readonly kind: 'pause'; readonly replica: number; readonly durationMs: number }
  | { readonly kind: 'cut'; readonly replica: number; readonly path: Path; readonly durationMs: number }
  | { readonly kind: 'store'; readonly path: Path; readonly durationMs: number }
  | { readonly kind: 'clock'; readonly replica: number; readonly byMs: number }
);

const policies = ['red', 'blue', 'green'];

/** The plan of a seed. */
export function planOf(seed: number): Plan {
  const random = new SeededRandom(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995);
  const between = (low: number, high: number): number => low + random.next() * (high - low);
  const replicas = 3 + Math.floor(random.next() * 5);
  const healAtMs = between(4_000, 9_000);
  const shortLog = random.next() < 0.3;
  const storm = random.next() < 0.2;
  return {
    seed,
    replicas,
    pollIntervalMs: Math.round(between(100, 600)),
    shortLog,
    recordRetentionMs: shortLog ? between(1_000, 4_000) : 30 * 24 * 3_600_000,
    leaseDurationMs: Math.round(between(700, 2_500)),
    serveSnapshot: random.next() < 0.6,
    snapshotIntervalMs: Math.round(between(200, 2_500)),
    supersededRetentionMs: random.next() < 0.3 ? between(100, 2_000) : 3_600_000,
    writesPerCommitMax: random.next() < 0.5 ? 4 + Math.floor(random.next() * 6) : 97,
    store: {
      lagMsMax: random.next() < 0.2 ? 4_000 : between(20, 1_000),
      transactionMsMax: storm ? between(100, 500) : random.next() < 0.2 ? 300 : between(2, 30),
      queryMsMax: random.next() < 0.2 ? 200 : between(0, 10),
      pageItemsMax: random.next() < 0.5 ? 2 + Math.floor(random.next() * 4) : 100,
      unprocessed: random.next() < 0.5 ? 0.1 : 0,
    },
    chances: chancesOf(random),
    healAtMs,
    operations: [
      ...operationsOf(random, { replicas, healAtMs }),
      ...(storm ? stormOf(random, { replicas, healAtMs }) : []),
    ],
    faults: faultsOf(random, { replicas, healAtMs }),
  };
}

/** From a calm network to an awful one. */
function chancesOf(random: SeededRandom): MessageChances {
  const level = random.next() ** 2 * 0.12;
  const chance = (weight: number): number => random.next() * level * weight;
  return {
    lostRequest: chance(0.5),
    lostAnswer: chance(1),
    lateRequest: chance(0.7),
    duplicate: chance(1),
    reset: chance(0.5),
    serverErrorBefore: chance(0.5),
    serverErrorAfter: chance(1),
    throttled: chance(0.7),
    slow: chance(2),
  };
}

interface Span {
  readonly replicas: number;
  readonly healAtMs: number;
}

function operationsOf(random: SeededRandom, { replicas, healAtMs }: Span): readonly PlannedOperation[] {
  const clients = 3 + Math.floor(random.next() * 9);
  const count = 30 + Math.floor(random.next() * 50);
  const startMs = 150;
  // Bursts make operations meet each other in the middle of a transaction.
  const burstMs = random.next() < 0.5 ? 300 + random.next() * 900 : 1;
  const spreadMs = 20 + random.next() ** 2 * 200;
  const operations = Array.from({ length: count }, (_, index): PlannedOperation => {
    const policy = policies[Math.floor(random.next() ** 2 * policies.length)]!;
    return {
      id: `o${index + 1}`,
      client: Math.floor(random.next() * clients),
      atMs: Math.round(
        startMs +
          Math.floor(((index / count) * (healAtMs - startMs)) / burstMs) * burstMs +
          random.next() * spreadMs,
      ),
      kind: drawn(random, operationWeights),
      policy,
      keyed: random.next() < 0.6,
      consistency: drawn(random, consistencyWeights),
      replica: Math.floor(random.next() * replicas),
    };
  });
  return operations;
}

/** In some runs: half a second in which many write to one policy and many read it, one commit close to another. */
function stormOf(random: SeededRandom, { replicas, healAtMs }: Span): readonly PlannedOperation[] {
  const startMs = healAtMs * (0.3 + 0.5 * random.next());
  return Array.from({ length: 70 }, (_, index): PlannedOperation => {
    const reads = index % 6 !== 0;
    return {
      id: `o${201 + index}`,
      client: reads ? 100 + (index % 12) : 200 + index,
      atMs: Math.round(startMs + random.next() * 600),
      kind: reads ? 'read-policy' : index === 0 ? 'create-policy' : 'insert-fact',
      policy: 'storm',
      keyed: true,
      consistency: 'linearizable',
      replica: Math.floor(random.next() * replicas),
    };
  }).sort((left, right) => left.atMs - right.atMs);
}

const operationWeights: readonly (readonly [OperationKind, number])[] = [
  ['create-policy', 14],
  ['create-large-policy', 4],
  ['delete-policy', 7],
  ['insert-fact', 26],
  ['insert-copy-rule', 3],
  ['insert-p-of-q', 4],
  ['insert-q-of-p', 4],
  ['delete-rule', 6],
  ['read-policy', 32],
  ['replace-rows', 6],
  ['read-rows', 7],
];

const consistencyWeights: readonly (readonly [PlannedOperation['consistency'], number])[] = [
  ['linearizable', 5],
  ['default', 2],
  ['token', 4],
  ['bounded', 1],
];

function faultsOf(random: SeededRandom, { replicas, healAtMs }: Span): readonly PlannedFault[] {
  const count = random.next() < 0.15 ? 0 : Math.floor(random.next() * 9);
  return Array.from({ length: count }, (_, index): PlannedFault => {
    const id = `f${index + 1}`;
    const atMs = Math.round(random.next() * healAtMs * 0.9);
    const replica = Math.floor(random.next() * replicas);
    const durationMs = Math.round(50 + random.next() ** 3 * 5_000);
    const kind = drawn(random, faultWeights);
    if (kind === 'crash' || kind === 'stop') return { id, atMs, kind, replica, downMs: durationMs };
    if (kind === 'cold') {
      const path = drawn(random, pathWeights);
      return {
        id,
        atMs,
        kind,
        replica,
        downMs: Math.min(durationMs, 500),
        path,
        durationMs: durationMs + 1_500,
      };
    }
    if (kind === 'pause') return { id, atMs, kind, replica, durationMs };
    if (kind === 'cut') return { id, atMs, kind, replica, durationMs, path: drawn(random, pathWeights) };
    if (kind === 'store') return { id, atMs, kind, durationMs, path: drawn(random, pathWeights) };
    return { id, atMs, kind, replica, byMs: Math.round((random.next() - 0.5) * 20_000) };
  });
}

const faultWeights: readonly (readonly [PlannedFault['kind'], number])[] = [
  ['crash', 4],
  ['cold', 2],
  ['stop', 2],
  ['pause', 4],
  ['cut', 5],
  ['store', 2],
  ['clock', 1],
];

const pathWeights: readonly (readonly [Path, number])[] = [
  ['refused', 2],
  ['black-hole', 3],
  ['no-answers', 3],
  ['throttled', 2],
  ['failing', 2],
];

function drawn<Value>(random: SeededRandom, weights: readonly (readonly [Value, number])[]): Value {
  let left = random.next() * weights.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [value, weight] of weights) {
    left -= weight;
    if (left < 0) return value;
  }
  return weights[0]![0];
}
