/** When the picture of the cloud was taken; fixed, so that the same seed gives the same cloud on every day. */
const takenAtMs = Date.UTC(2026, 0, 15, 12, 0, 0);

/** A time as the OpenStack services print it, `2026-01-15T12:00:00Z`, this many seconds before the picture. */
export function timestampBefore(seconds: number): string {
  return `${new Date(takenAtMs - seconds * 1000).toISOString().slice(0, 19)}Z`;
}
