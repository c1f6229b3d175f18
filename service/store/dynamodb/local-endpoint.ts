/**
 * Whether an endpoint is a DynamoDB Local of ours and not AWS: on a loopback address, or on a host that the
 * configuration names as local (`dynamodb-local` under compose). Only there are tables created and made-up
 * credentials sent. No endpoint at all is AWS.
 */
export function isLocalEndpoint(endpoint: string | undefined, localHosts: readonly string[]): boolean {
  if (endpoint === undefined || !URL.canParse(endpoint)) return false;
  const host = new URL(endpoint).hostname.toLowerCase();
  const loopback = host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
  return loopback || localHosts.some((local) => local.toLowerCase() === host);
}
