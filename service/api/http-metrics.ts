/** What is counted about requests, and the text that /metrics answers. */
export interface HttpMetrics {
  requestEnded(request: {
    readonly method: string;
    /** The endpoint's path with its `:names`, never the path of the client: labels stay few. */
    readonly route: string;
    readonly status: number;
    readonly durationMs: number;
  }): void;
  exposition(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** Counts nothing. */
export const silentHttpMetrics: HttpMetrics = {
  requestEnded() {},
  exposition: async () => ({ contentType: 'text/plain; charset=utf-8', text: '' }),
};
