import { createServer, type Server, Socket } from 'node:net';
import { freePorts } from '../../scripts/cluster/ports.ts';
import { FaultProxy } from '../../scripts/ha-report/fault-proxy.ts';

let echo: Server;
let proxy: FaultProxy;

beforeEach(async () => {
  const [target = 0, own = 0] = await freePorts(2);
  echo = createServer((socket) => socket.on('data', (data) => socket.write(data)).on('error', () => {}));
  await new Promise<void>((resolve) => {
    echo.listen(target, '127.0.0.1', resolve);
  });
  proxy = await FaultProxy.start({ own, target });
});

afterEach(async () => {
  await proxy.stop();
  await new Promise((resolve) => {
    echo.close(resolve);
  });
});

/** Connects, sends, and tells what came of it within half a second, and after how many milliseconds. */
function say(text: string): Promise<{ readonly answer: string; readonly ms: number }> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const socket = new Socket();
    const end = (answer: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ answer, ms: performance.now() - startedAt });
    };
    const timer = setTimeout(() => end('silence'), 500);
    socket.on('data', (data) => end(String(data)));
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? 'error'));
    socket.on('close', () => end('closed'));
    socket.connect(proxy.port, '127.0.0.1', () => socket.write(text));
  });
}

describe('the fault proxy', () => {
  it('lets everything through while nothing is wrong', async () => {
    expect(await say('hello')).toMatchObject({ answer: 'hello' });
  });

  it('delays both ways', async () => {
    proxy.fault = { kind: 'latency', delayMs: 60, jitterMs: 20 };
    const { answer, ms } = await say('hello');
    expect(answer).toBe('hello');
    expect(ms).toBeGreaterThanOrEqual(118);
  });

  it('resets what would be answered', async () => {
    proxy.fault = { kind: 'reset' };
    expect((await say('hello')).answer).toBe('ECONNRESET');
  });

  it('is a black hole, and heals', async () => {
    proxy.fault = { kind: 'black-hole' };
    expect((await say('hello')).answer).toBe('silence');
    proxy.heal();
    expect((await say('hello')).answer).toBe('hello');
  });

  it('closes every connection', async () => {
    proxy.fault = { kind: 'closed' };
    expect(['closed', 'ECONNRESET']).toContain((await say('hello')).answer);
    proxy.heal();
    expect((await say('hello')).answer).toBe('hello');
  });
});
