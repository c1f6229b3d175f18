import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditEntry } from '../../service/api/audit.ts';
import { projectRoot, sourceFiles } from '../support/source-tree.ts';
import { ApiServer } from './api-server.ts';
import { bearer, tokenSecurity } from './auth/tokens.ts';

describe('the audit log', () => {
  let server: ApiServer;
  let audited: AuditEntry[];

  beforeAll(async () => {
    const made = tokenSecurity();
    audited = made.audited;
    server = await ApiServer.start({ security: made.security });
  });
  afterAll(() => server.close());
  beforeEach(() => {
    audited.length = 0;
  });

  it('has one line per write: who, from where, what, where in the log, and how it ended', async () => {
    const admin = bearer('an-admin');
    const created = await server.post('/v1/policies', { name: 'alice' }, admin);
    const rules = '/v1/policies/alice/rules';
    await server.post(rules, { rule: 'p(1)' }, admin);
    await server.post(rules, { rule: 'p(1)' }, admin);
    await server.get('/v1/policies', admin);
    const line = { subject: 'token:an-admin', from: expect.stringContaining('127.0.0.1'), action: null };
    expect(audited).toEqual([
      {
        ...line,
        requestId: created.headers['x-openstack-request-id'],
        method: 'POST',
        route: '/v1/policies',
        what: `/v1/policies/${created.json.id}`,
        sequence: 2,
        outcome: 'done',
        status: 201,
      },
      expect.objectContaining({ ...line, sequence: 3, outcome: 'done', status: 201 }),
      expect.objectContaining({ ...line, what: rules, sequence: null, outcome: 'refused', status: 409 }),
    ]);
  });

  it('has a line for everybody who was not let in', async () => {
    await server.get('/v1/policies');
    await server.get('/v1/policies', bearer('wrong'));
    await server.post('/v1/policies', { name: 'bob' }, bearer('a-reader'));
    expect(audited.map(({ subject, status, outcome }) => [subject, status, outcome])).toEqual([
      [null, 401, 'refused'],
      [null, 401, 'refused'],
      ['token:a-reader', 403, 'refused'],
    ]);
  });

  it('holds no credential, body or query', async () => {
    const secret = 'hunter2hunter2';
    const config = { tables: { t: ['a'] }, password: secret };
    const path = `/v1/data-sources?token=${secret}`;
    const headers = { ...bearer('an-admin'), cookie: secret, 'x-auth-token': 'an-admin' };
    await server.post(path, { name: secret.slice(0, 3), driver: 'push', config }, headers);
    await server.get('/v1/policies', bearer(secret));
    expect(audited).toHaveLength(2);
    expect(JSON.stringify(audited)).not.toContain(secret);
    expect(JSON.stringify(audited)).not.toContain('Bearer');
  });

  it('says the same as the change record', async () => {
    const reply = await server.post('/v1/policies', { name: 'carol' }, bearer('an-editor'));
    const history = await server.get(
      `/v1/system/changes?from=${audited[0]?.sequence}`,
      bearer('an-operator'),
    );
    expect(history.json.results[0].changes).toEqual([
      expect.objectContaining({
        kind: 'policy-created',
        by: { subject: 'token:an-editor', requestId: reply.headers['x-openstack-request-id'] },
      }),
    ]);
  });

  it('keeps an Idempotency-Key to who sent it', async () => {
    const key = { 'idempotency-key': 'once' };
    const first = await server.post('/v1/policies', { name: 'dave' }, { ...bearer('an-editor'), ...key });
    const again = await server.post('/v1/policies', { name: 'dave' }, { ...bearer('an-editor'), ...key });
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.json).toEqual(first.json);
    const other = await server.post('/v1/policies', { name: 'dave' }, { ...bearer('an-admin'), ...key });
    expect(other.status).toBe(409);
  });
});

describe('every write of a route', () => {
  it('goes through writeOptions, so that it has an author and a line', () => {
    const calls = sourceFiles('service/api').flatMap(({ path }) => {
      const text = readFileSync(join(projectRoot, path), 'utf8').replace(/\s+/g, ' ');
      const found = text.matchAll(/\breplica\s?\.\s?(?:write|replaceRows)\(/g);
      return [...found].map(({ index }) => ({ path, after: text.slice(index, index + 400) }));
    });
    expect(calls.length).toBeGreaterThan(5);
    expect(calls.filter(({ after }) => !after.includes('writeOptions(call'))).toEqual([]);
  });
});
