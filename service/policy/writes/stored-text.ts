import type { Json } from '../../base/json.ts';

/** A rule as it was posted: plain JSON, so that it can be remembered. */
export type StoredText = {
  readonly id: string;
  readonly text: string;
  readonly name: Json;
  readonly comment: Json;
};
