/** What happened when somebody wanted to change something, or was not let in. Never holds a secret or a body. */
export interface AuditEntry {
  /** As in change records; null when nobody knows. */
  readonly subject: string | null;
  /** Address of the client, behind trusted proxies that of who asked them. */
  readonly from: string;
  readonly requestId: string;
  readonly method: string;
  /** The endpoint, with its `:names`. */
  readonly route: string;
  /** What it was about: the path that was asked for, of what was created the path where it is. */
  readonly what: string;
  /** Of `?action=`; null without one. */
  readonly action: string | null;
  /** Where the change is in the log; null when nothing was changed. */
  readonly sequence: number | null;
  /** `refused`: 4xx. `failed`: 5xx, including those of unknown outcome. */
  readonly outcome: 'done' | 'refused' | 'failed';
  readonly status: number;
}

/** One line per entry, somewhere where it is kept. */
export interface AuditLog {
  record(entry: AuditEntry): void;
}

export const noAudit: AuditLog = { record() {} };

/** Longest `what`, in characters. */
const whatLengthMax = 512;

export function auditOutcome(status: number): AuditEntry['outcome'] {
  return status < 400 ? 'done' : status < 500 ? 'refused' : 'failed';
}

/** A path in a log line: of bounded length. */
export function auditWhat(path: string): string {
  return path.length <= whatLengthMax ? path : `${path.slice(0, whatLengthMax)}…`;
}
