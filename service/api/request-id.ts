import type { IncomingMessage } from 'node:http';
import type { Random } from '../base/random.ts';

const requestIdPattern = /^req-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The id under which this request is answered and logged: the one it came with in `x-openstack-request-id`, where
 * that is `req-` and a UUID as OpenStack makes them, so that one id follows a call through all services; else new.
 */
export function requestIdOf(request: IncomingMessage, random: Random): string {
  const given = request.headers['x-openstack-request-id'];
  return typeof given === 'string' && requestIdPattern.test(given) ? given : `req-${random.uuid()}`;
}
