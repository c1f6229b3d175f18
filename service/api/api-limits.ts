/** Levels of lists and objects in a request body; more is refused before anything walks it recursively. */
export const nestingDepthMax = 64;
/** Length of an Idempotency-Key, in characters. */
export const idempotencyKeyLengthMax = 200;
/** Rows printed into one piece of a rows answer. */
export const rowsPerPiece = 1_000;
