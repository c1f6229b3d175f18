/** What HAProxy is told. Where the settings come from and what was measured: docs/decisions/0701. */
export interface BalancerOptions {
  /** As HAProxy's `bind` takes it: `127.0.0.1:1789`, `:1789`. */
  readonly bind: string;
  readonly replicas: FixedReplicas | ReplicasByName;
  /** Whether what got no answer and may come twice goes to another replica; false only where a test counts what is lost. */
  readonly retries: boolean;
  /** A socket for `show stat` and the like; absent: none. */
  readonly adminSocket?: string;
}

/** Replicas at addresses known in advance. */
interface FixedReplicas {
  readonly kind: 'fixed';
  readonly servers: readonly { readonly name: string; readonly address: string }[];
}

/** Replicas behind one DNS name, as many as it has addresses (compose). */
interface ReplicasByName {
  readonly kind: 'by-name';
  readonly name: string;
  readonly port: number;
  readonly countMax: number;
  /** Address of the name server. */
  readonly nameServer: string;
}

/** Time between two health checks, in milliseconds, in the steady state and while the result is changing. */
const checkIntervalMs = 500;
const fastCheckIntervalMs = 250;
/** Failed checks in a row after which a replica gets no more requests. */
const checksToLeave = 3;

/** The text of haproxy.cfg; valid for HAProxy 2.4 and later. */
export function haproxyConfig(options: BalancerOptions): string {
  return [...globalLines(options), ...defaultsLines(options.retries), ...replicaLines(options), ''].join(
    '\n',
  );
}

function globalLines({ adminSocket }: BalancerOptions): readonly string[] {
  return [
    'global',
    '    maxconn 4096',
    '    log stdout format raw local0 info',
    ...(adminSocket === undefined ? [] : [`    stats socket ${adminSocket} mode 600 level admin`]),
    '',
  ];
}

function defaultsLines(retries: boolean): readonly string[] {
  return [
    'defaults',
    '    mode http',
    '    log global',
    '    option httplog',
    '    timeout connect 1s',
    '    # Idle between two requests of a client: shorter than the 75 s after which a replica closes.',
    '    timeout client 60s',
    '    timeout http-keep-alive 30s',
    '    timeout http-request 10s',
    '    # Longer than the longest answer: a replica gives up before that, on large writes after 60 s.',
    '    timeout server 75s',
    '    timeout queue 5s',
    ...(retries ? retryLines : ['    retries 0']),
    '    # The error body of the API instead of HTML.',
    ...[502, 503, 504].map(errorLine),
    '',
  ];
}

/**
 * `conn-failure`: nothing was sent yet, so any method may go elsewhere. `empty-response`: the replica died with
 * the request in hand; only what may come twice is sent again. An answer of a replica, 503 too, is an answer.
 */
const retryLines = [
  '    retries 3',
  '    option redispatch 1',
  '    retry-on conn-failure empty-response',
] as const;

function errorLine(status: number): string {
  const error = { error: { message: noReplica[status], error_code: status, error_data: null } };
  return `    http-error status ${status} content-type application/json string '${JSON.stringify(error)}' hdr Retry-After 1`;
}

const noReplica: Readonly<Record<number, string>> = {
  502: 'Bad Gateway::the replica went away while answering; whether a write was done is not known',
  503: 'Service Unavailable::no replica is ready',
  504: 'Gateway Timeout::the replica did not answer in time; whether a write was done is not known',
};

function replicaLines(options: BalancerOptions): readonly string[] {
  return [
    'frontend congress',
    `    bind ${options.bind}`,
    '    option forwardfor',
    '    default_backend replicas',
    '',
    ...(options.replicas.kind === 'by-name' ? resolverLines(options.replicas) : []),
    'backend replicas',
    '    balance roundrobin',
    '    option httpchk',
    '    http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host congress',
    '    http-check expect status 200',
    '    timeout check 2s',
    '    # For people and tests: which replica answered.',
    '    http-response set-header Served-By %[srv_name]',
    ...(options.retries ? [`    http-request disable-l7-retry unless ${mayBeSentAgain}`] : []),
    `    default-server check inter ${checkIntervalMs}ms fastinter ${fastCheckIntervalMs}ms fall ${checksToLeave} rise 1`,
    ...serverLines(options.replicas),
  ];
}

/** Reads, and writes that the replicas recognise when they come twice. */
const mayBeSentAgain = 'METH_GET || { req.hdr(Idempotency-Key) -m found }';

function serverLines(replicas: FixedReplicas | ReplicasByName): readonly string[] {
  if (replicas.kind === 'fixed') {
    return replicas.servers.map(({ name, address }) => `    server ${name} ${address}`);
  }
  const { name, port, countMax } = replicas;
  return [`    server-template replica- ${countMax} ${name}:${port} resolvers names init-addr none`];
}

function resolverLines({ nameServer }: ReplicasByName): readonly string[] {
  return [
    'resolvers names',
    `    nameserver embedded ${nameServer}`,
    '    resolve_retries 3',
    '    timeout resolve 500ms',
    '    timeout retry 500ms',
    '    hold valid 1s',
    '    hold obsolete 10s',
    '    accepted_payload_size 8192',
    '',
  ];
}
