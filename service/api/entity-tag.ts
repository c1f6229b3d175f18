import { hash } from 'node:crypto';
import type { Answer } from './answer.ts';
import { taggedBytesMax } from './api-limits.ts';

/**
 * Entity tags (RFC 9110, 8.8.3): a hash of the content, so an answer has the same tag on every replica and for as
 * long as it says the same, whatever else was changed meanwhile. Weak, because the answer may be sent compressed.
 *
 * A long answer is put together in turns of its own before it is sent, because its tag goes in front of it; above
 * `taggedBytesMax` it is sent as it comes, without a tag.
 */
export async function tagged(answer: Answer, ifNoneMatch: string | undefined): Promise<Answer> {
  const { body } = answer;
  if (answer.status !== 200) return answer;
  if (typeof body === 'string') return withTag(answer, body, ifNoneMatch);
  if (Symbol.asyncIterator in body) return answer;
  const pieces = body[Symbol.iterator]();
  const taken: string[] = [];
  let length = 0;
  for (let piece = pieces.next(); !piece.done; piece = pieces.next()) {
    taken.push(piece.value);
    length += piece.value.length;
    if (length > taggedBytesMax) return { ...answer, body: chained(taken, pieces) };
    if (taken.length > 1) await new Promise((resolve) => setImmediate(resolve));
  }
  if (taken.length < 2) return withTag({ ...answer, body: taken[0] ?? '' }, taken[0] ?? '', ifNoneMatch);
  return withTag({ ...answer, body: taken }, taken.map(sha256).join(), ifNoneMatch);
}

function withTag(answer: Answer, content: string, ifNoneMatch: string | undefined): Answer {
  const tag = `W/"${sha256(content)}"`;
  const headers = { ...answer.headers, ETag: tag };
  if (!isMatch(ifNoneMatch, tag)) return { ...answer, headers };
  return { status: 304, body: '', headers };
}

function isMatch(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const opaque = tag.slice(2);
  return ifNoneMatch.split(',').some((given) => given.trim().replace(/^W\//, '') === opaque);
}

function sha256(text: string): string {
  return hash('sha256', text, 'base64url');
}

function* chained(taken: readonly string[], rest: Iterator<string>): Generator<string> {
  yield* taken;
  for (let piece = rest.next(); !piece.done; piece = rest.next()) yield piece.value;
}
