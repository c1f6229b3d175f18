import { type Answer, objectAnswer } from '../answer.ts';

/** Version documents (reference 1.2), byte for byte what clients of Congress know. */
const version = { id: 'v1', status: 'CURRENT', updated: '2013-08-12T17:42:13Z' } as const;

/** `/` lists the versions; any other path outside /v1 offers them as choices, with status 300. */
export function versionsAnswer(baseUrl: string, path: string): Answer {
  if (path === '/') return objectAnswer({ versions: [linked(`${baseUrl}/v1/`)] });
  const rest = path.replace(/^\/+|\/+$/g, '');
  return objectAnswer({ choices: [linked(`${baseUrl}/v1/${rest}`)] }, 300);
}

/** `/v1`, with any method. */
export function versionAnswer(baseUrl: string): Answer {
  const links = [
    { rel: 'self', href: `${baseUrl}/v1/` },
    { rel: 'describedby', type: 'text/html', href: 'http://congress.readthedocs.org/' },
  ];
  return objectAnswer({ version: { ...version, links } });
}

function linked(href: string) {
  return { ...version, links: [{ rel: 'self', href }] };
}
