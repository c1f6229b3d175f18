/**
 * The times that must fit together so that replacing a replica loses no request. All in seconds.
 *
 *     SIGTERM ── /readyz answers 503, requests are still served ── the balancer notices ── close ── exit
 *     0          detection = healthCheckInterval x unhealthyCount   drain           shutdownDeadline   stopTimeout
 *
 *     detection <= drain < shutdownDeadline < stopTimeout        deregistrationDelay <= stopTimeout
 *     idleTimeout of the balancer < keepAlive of the server      (else the server closes a connection the balancer is using)
 */
export const timing = {
  healthCheckInterval: 5,
  /** Elastic Load Balancing allows 2 s and more; it must be less than the interval. */
  healthCheckTimeout: 3,
  healthyCount: 2,
  unhealthyCount: 2,
  deregistrationDelay: 30,
  /** Of the balancer, towards the replicas and the clients. */
  idleTimeout: 60,
  /** Of the server's connections. */
  keepAlive: 75,
  /** How long a replica goes on serving after SIGTERM. */
  drain: 12,
  /** When a replica has exited at the latest (ARCHITECTURE section 7). */
  shutdownDeadline: 25,
  /** When ECS sends SIGKILL. */
  stopTimeout: 30,
  /** How long a new replica may read its state before failed checks count. */
  startGrace: 120,
} as const;
