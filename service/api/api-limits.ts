/** Levels of lists and objects in a request body; more is refused before anything walks it recursively. */
export const nestingDepthMax = 64;
/** Length of an Idempotency-Key, in characters. */
export const idempotencyKeyLengthMax = 200;
/** Times that creating a policy from the library starts again because the library was changed at the same time. */
export const libraryAttemptsMax = 5;
/** Members of one page of a list. */
export const pageSizeMax = 10_000;
/** Characters of an answer that is put together before it is sent, so that it can have an entity tag. */
export const taggedBytesMax = 16 * 1024 * 1024;
/** Shorter answers are not compressed, in bytes: they fit a packet anyway. */
export const compressedBytesMin = 1_400;
/** Rows printed into one piece of a rows answer. */
export const rowsPerPiece = 1_000;
