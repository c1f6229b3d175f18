/** Levels of lists and objects in a request body; more is refused before anything walks it recursively. */
export const nestingDepthMax = 64;
/** Length of an Idempotency-Key, in characters. */
export const idempotencyKeyLengthMax = 200;
/** Times that creating a policy from the library starts again because the library was changed at the same time. */
export const libraryAttemptsMax = 5;
/** Rows printed into one piece of a rows answer. */
export const rowsPerPiece = 1_000;
