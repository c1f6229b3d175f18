import { type Answer, objectAnswer } from '../answer.ts';
import type { Endpoint } from '../endpoint.ts';
import { versionSchema, versionsSchema } from '../schemas/system-schema.ts';

/** Version documents (reference 1.2): all methods get the same answer. */
export const versionEndpoints: readonly Endpoint[] = [
  {
    path: '/',
    shape: 'element',
    open: {
      summary: 'List the versions of the API',
      access: 'public',
      anyMethod: true,
      answers: { 200: versionsSchema },
      handle: ({ baseUrl, path }) => versionsAnswer(baseUrl, path),
    },
  },
  ...['/v1', '/v1/'].map(
    (path): Endpoint => ({
      path,
      shape: 'element',
      open: {
        summary: 'Show this version of the API',
        access: 'public',
        anyMethod: true,
        answers: { 200: versionSchema },
        handle: ({ baseUrl }) => versionAnswer(baseUrl),
      },
    }),
  ),
];

/** Version documents (reference 1.2), byte for byte what clients of Congress know. */
const version = { id: 'v1', status: 'CURRENT', updated: '2013-08-12T17:42:13Z' } as const;

/** `/` lists the versions; any other path outside /v1 offers them as choices, with status 300. */
export function versionsAnswer(baseUrl: string, path: string): Answer {
  if (path === '/') return objectAnswer({ versions: [linked(`${baseUrl}/v1/`)] });
  const rest = path.replace(/^\/+|\/+$/g, '');
  return objectAnswer({ choices: [linked(`${baseUrl}/v1/${rest}`)] }, 300);
}

/** `/v1`, with any method. */
function versionAnswer(baseUrl: string): Answer {
  const links = [
    { rel: 'self', href: `${baseUrl}/v1/` },
    { rel: 'describedby', type: 'text/html', href: 'http://congress.readthedocs.org/' },
  ];
  return objectAnswer({ version: { ...version, links } });
}

function linked(href: string) {
  return { ...version, links: [{ rel: 'self', href }] };
}
