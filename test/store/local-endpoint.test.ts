import { isLocalEndpoint } from '../../service/store/dynamodb/local-endpoint.ts';

describe('isLocalEndpoint', () => {
  it.each(['http://localhost:8000', 'http://127.0.0.1:8000', 'http://127.9.0.1', 'http://[::1]:8000'])(
    'holds for the loopback address %s',
    (endpoint) => {
      expect(isLocalEndpoint(endpoint, [])).toBe(true);
    },
  );

  it.each([
    undefined,
    'https://dynamodb.eu-central-1.amazonaws.com',
    'http://dynamodb-local:8000',
    'http://127.0.0.1.example.org',
    'http://localhost.example.org',
    'not a url',
  ])('does not hold for %s', (endpoint) => {
    expect(isLocalEndpoint(endpoint, [])).toBe(false);
  });

  it('holds for the hosts that the configuration calls local', () => {
    expect(isLocalEndpoint('http://dynamodb-local:8000', ['other', 'DynamoDB-local'])).toBe(true);
    expect(isLocalEndpoint('http://dynamodb-local.example.org', ['dynamodb-local'])).toBe(false);
  });
});
