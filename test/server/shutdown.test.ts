import { Agent, createServer, type RequestListener, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentLogger } from '../../service/base/logger.ts';
import { Shutdown, type ShutdownOptions } from '../../service/server/shutdown.ts';
import { ManualClock } from '../support/manual-clock.ts';

const drainMs = 5_000;
const deadlineMs = 20_000;

async function listening(listener: RequestListener): Promise<Server> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function ask(server: Server, agent?: Agent): Promise<number> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, ...(agent === undefined ? {} : { agent }) }, (reply) => {
      reply.resume();
      reply.on('end', () => resolve(reply.statusCode ?? 0));
    });
    sent.on('error', reject);
    sent.end();
  });
}

function shutdownOf(server: Server, options: Partial<ShutdownOptions> = {}) {
  const clock = new ManualClock();
  const steps: string[] = [];
  const shutdown = new Shutdown({
    server,
    clock,
    logger: silentLogger,
    drainMs,
    deadlineMs,
    stopReplica: async () => {
      steps.push('replica');
    },
    closeStores: async () => {
      steps.push('stores');
    },
    ...options,
  });
  return { clock, steps, shutdown };
}

describe('the shutdown', () => {
  it('serves while draining, then closes the port, then stops the replica, then the stores', async () => {
    const server = await listening((_, response) => response.end());
    const { clock, steps, shutdown } = shutdownOf(server);
    expect(shutdown.isDraining()).toBe(false);
    const ended = shutdown.begin('SIGTERM');
    expect(shutdown.isDraining()).toBe(true);
    await clock.advance(drainMs - 1);
    expect(await ask(server)).toBe(200);
    expect(steps).toEqual([]);
    await clock.advance(1);
    expect(await ended).toBe(0);
    expect(steps).toEqual(['replica', 'stores']);
    expect(server.listening).toBe(false);
  });

  it('finishes a request that is in flight, and does not wait for idle connections', async () => {
    let answer = (): void => {};
    const arrived = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let finish = (): void => {};
    const server = await listening((_, response) => {
      finish = () => response.end();
      answer();
    });
    const agent = new Agent({ keepAlive: true });
    const { clock, steps, shutdown } = shutdownOf(server);
    const asked = ask(server, agent);
    await arrived;
    const ended = shutdown.begin('SIGTERM');
    await clock.advance(drainMs);
    expect(steps).toEqual([]);
    finish();
    expect(await asked).toBe(200);
    await clock.advance(1_000);
    expect(await ended).toBe(0);
    agent.destroy();
  });

  it('gives up at the deadline', async () => {
    const server = await listening(() => {});
    const { clock, shutdown } = shutdownOf(server, { stopReplica: () => new Promise(() => {}) });
    const ended = shutdown.begin('SIGTERM');
    await clock.advance(drainMs);
    await clock.advance(deadlineMs);
    expect(await ended).toBe(1);
    server.closeAllConnections();
  });

  it('ends at once at the second signal', async () => {
    const server = await listening((_, response) => response.end());
    const { steps, shutdown } = shutdownOf(server);
    const ended = shutdown.begin('SIGTERM');
    shutdown.begin('SIGINT');
    expect(await ended).toBe(1);
    expect(steps).toEqual([]);
    server.close();
  });

  it('tells of a failure on the way', async () => {
    const server = await listening((_, response) => response.end());
    const { clock, shutdown } = shutdownOf(server, { stopReplica: () => Promise.reject(new Error('stuck')) });
    const ended = shutdown.begin('SIGTERM').catch((error: Error) => error.message);
    await clock.advance(drainMs);
    expect(await ended).toBe('stuck');
  });
});
