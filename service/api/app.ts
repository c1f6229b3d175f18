import express from 'express';
import type { ApiContext } from './api-context.ts';
import { contentCoding } from './content-coding.ts';
import { RequestServer } from './request-server.ts';

/**
 * The whole HTTP surface as an Express application: mount it, or listen on it. It answers every request by
 * itself, so nothing behind it is reached. The paths and their methods are tables in `routes/`, matched by
 * `route-table.ts`, because Congress's rules (501 for methods, strict slashes) are not those of a router.
 */
export function createApp(context: ApiContext): express.Application {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', trusted(context.settings.trustProxy));
  const server = new RequestServer(context);
  app.use(contentCoding);
  app.use((request, response) => server.serve(request, response));
  return app;
}

/** `true` would have Express believe the address that the client itself claims; 1 is the proxy that connects. */
function trusted(trustProxy: ApiContext['settings']['trustProxy']): number | false | string[] {
  if (typeof trustProxy === 'boolean') return trustProxy ? 1 : false;
  return [...trustProxy];
}
