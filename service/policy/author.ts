/** Who asked for a change, as the record of it keeps it. */
export interface Author {
  /** How the sender was authenticated and as whom, for example `token:dashboard`; `anonymous` without authentication. */
  readonly subject: string;
  /** Of the answer's `x-openstack-request-id`, by which log and audit lines are found. */
  readonly requestId: string;
}
