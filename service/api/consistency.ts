import type { IncomingHttpHeaders } from 'node:http';
import { sequenceFrom } from '../base/ids.ts';
import type { Consistency } from '../replication/replica-port.ts';
import { BadRequest } from './problems.ts';

const byDefault: readonly Consistency[] = [{ kind: 'linearizable', explicit: false }];

/**
 * What a reader asks for with `Congress-Consistency` and `Congress-Min-Sequence` (docs/ARCHITECTURE.md, "What a
 * reader sees"), to be awaited one after the other. Names and values are case-insensitive.
 * Throws BadRequest when a header has another value.
 */
export function consistencyAsked(headers: IncomingHttpHeaders): readonly Consistency[] {
  const mode = headers['congress-consistency'];
  const minimum = headers['congress-min-sequence'];
  if (mode === undefined && minimum === undefined) return byDefault;
  return [...modeAsked(mode), ...minimumAsked(minimum)];
}

function modeAsked(mode: string | readonly string[] | undefined): readonly Consistency[] {
  if (mode === undefined) return [];
  switch (String(mode).trim().toLowerCase()) {
    case 'linearizable':
      return [{ kind: 'linearizable', explicit: true }];
    case 'bounded':
      return [{ kind: 'bounded' }];
    default:
      throw new BadRequest('Congress-Consistency must be `linearizable` or `bounded`');
  }
}

function minimumAsked(minimum: string | readonly string[] | undefined): readonly Consistency[] {
  if (minimum === undefined) return [];
  const text = String(minimum).trim();
  const sequence = /^\d{1,16}$/.test(text) ? sequenceFrom(Number(text)) : undefined;
  if (sequence === undefined) throw new BadRequest('Congress-Min-Sequence must be a whole number from 0');
  return [{ kind: 'at-least', sequence }];
}
