import type { Tuple, Value } from '../datalog/value.ts';
import { rowsPerPiece } from './api-limits.ts';
import { valueJson } from './lossless-json.ts';

/**
 * The answer to a rows request (reference 1.8), in pieces of `rowsPerPiece` rows: `{"results": [{"data":
 * [...]}...]}` indented by 2 and, with `trace`, its text. Integers are printed in full and floats as Python
 * prints them (`2.0`); a float without a JSON form (`inf`, `nan`) becomes a text.
 */
export function* rowsJson(rows: readonly Tuple[], trace: string | null): Generator<string> {
  const tail = trace === null ? '\n}\n' : `,\n  "trace": ${JSON.stringify(trace)}\n}\n`;
  if (rows.length === 0) {
    yield `{\n  "results": []${tail}`;
    return;
  }
  let piece = '{\n  "results": [';
  for (let at = 0; at < rows.length; at += 1) {
    piece += `${at === 0 ? '' : ','}\n    {\n      "data": ${tupleJson(rows[at] as Tuple)}\n    }`;
    if (at % rowsPerPiece === rowsPerPiece - 1) {
      yield piece;
      piece = '';
    }
  }
  yield `${piece}\n  ]${tail}`;
}

function tupleJson(tuple: Tuple): string {
  if (tuple.length === 0) return '[]';
  let text = '[';
  for (let at = 0; at < tuple.length; at += 1) {
    text += `${at === 0 ? '' : ','}\n        ${valueJson(tuple[at] as Value)}`;
  }
  return `${text}\n      ]`;
}
