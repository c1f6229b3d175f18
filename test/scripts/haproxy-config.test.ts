import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { haproxyConfig } from '../../scripts/cluster/haproxy-config.ts';
import { projectRoot } from '../support/source-tree.ts';

const oneReplica = {
  bind: '127.0.0.1:1789',
  replicas: { kind: 'fixed', servers: [{ name: 'replica-1', address: '127.0.0.1:1790' }] },
} as const;

describe('the configuration of HAProxy', () => {
  it('is the same under compose, with the replicas found by name', () => {
    const file = join(projectRoot, 'scripts', 'cluster', 'compose-haproxy.cfg');
    const replicas = {
      kind: 'by-name',
      name: 'replica',
      port: 1789,
      countMax: 20,
      nameServer: '127.0.0.11:53',
    } as const;
    expect(readFileSync(file, 'utf8')).toBe(haproxyConfig({ bind: ':1789', replicas, retries: true }));
  });

  it('sends only what may come twice again, and only when no answer came', () => {
    const text = haproxyConfig({ ...oneReplica, retries: true });
    expect(text).toContain('retry-on conn-failure empty-response\n');
    expect(text).toContain('disable-l7-retry unless METH_GET || { req.hdr(Idempotency-Key) -m found }\n');
  });

  it('sends nothing again when retries are switched off', () => {
    const text = haproxyConfig({ ...oneReplica, retries: false });
    expect(text).toContain('    retries 0\n');
    expect(text).not.toMatch(/retry-on|redispatch|l7-retry/);
  });

  it('asks /readyz, and never cuts the requests that a leaving replica still answers', () => {
    const text = haproxyConfig({ ...oneReplica, retries: true });
    expect(text).toContain('uri /readyz');
    expect(text).not.toContain('shutdown-sessions');
  });
});
