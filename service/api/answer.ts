import type { Json } from '../base/json.ts';

/** What goes back to the client, before the headers that every answer gets. */
export interface Answer {
  readonly status: number;
  /**
   * Pieces are sent one by one, so that a long answer never blocks the process. Those of an AsyncIterable are asked
   * for when the client has taken the ones before; it is ended when the client goes away.
   */
  readonly body: string | Iterable<string> | AsyncIterable<string>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An object or null: compact, newline at the end (reference 1.1). */
export function objectAnswer(value: Json, status = 200): Answer {
  return { status, body: `${JSON.stringify(value)}\n` };
}

/** A list under `results`, indented by 2 (reference 1.1). */
export function listAnswer(results: readonly Json[]): Answer {
  return { status: 200, body: `${JSON.stringify({ results }, null, 2)}\n` };
}

/** 201 with the object and where it is from now on. */
export function createdAnswer(value: Json, location: string): Answer {
  return { ...objectAnswer(value, 201), headers: { Location: location } };
}

/** 200 without a body (reference 1.1, PUT rows). */
export function emptyAnswer(): Answer {
  return { status: 200, body: '' };
}

export interface ErrorBody {
  readonly message: string;
  readonly error_code: number;
  readonly error_data: Json;
}

/** The error body of every failure (reference 1.3). */
export function errorAnswer(status: number, error: ErrorBody, headers: Answer['headers'] = {}): Answer {
  return { ...objectAnswer({ error: { ...error } }, status), headers };
}
