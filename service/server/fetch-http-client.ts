import type { HttpClient, HttpQuestion, HttpReply } from '../api/auth/http-client.ts';

/** Longest answer of an identity provider, in bytes; more is no answer to our questions. */
const replyBytesMax = 1024 * 1024;

/** Node's own client, with a deadline, a bound, and no redirects. */
export const fetchHttpClient: HttpClient = { send };

async function send({ method, url, headers, body, timeoutMs }: HttpQuestion): Promise<HttpReply> {
  const response = await fetch(url, {
    method,
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, headers: new Map(response.headers), text: await textOf(response) };
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > replyBytesMax) throw new Error(`the answer is larger than ${replyBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
