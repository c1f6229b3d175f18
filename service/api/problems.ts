import type { Json } from '../base/json.ts';
import { Problem } from '../base/problem.ts';

/** A refusal whose status, number and text the v1 API fixes for this one place. */
export class WireError extends Problem {
  readonly code = 'wire-error';
  readonly kind = 'invalid';
  readonly status: number;
  readonly errorCode: number;
  readonly errorData: Json;

  constructor(
    message: string,
    wire: { readonly status: number; readonly errorCode?: number; readonly errorData?: Json },
  ) {
    super(message);
    this.status = wire.status;
    this.errorCode = wire.errorCode ?? wire.status;
    this.errorData = wire.errorData ?? null;
  }
}

/** A request that Congress would have failed on with a bare 500; here it is 400 with the reason. */
export class BadRequest extends Problem {
  readonly code = 'bad-request';
  readonly kind = 'invalid';
}

/** The body is longer than is taken (413). */
export class BodyTooLarge extends Problem {
  readonly code = 'body-too-large';
  readonly kind = 'exhausted';
  readonly bytesMax: number;

  constructor(bytesMax: number) {
    super(`the body is larger than ${bytesMax} bytes`);
    this.bytesMax = bytesMax;
  }
}

/** No complete catalog has been applied yet (503). */
export class NotReadyYet extends Problem {
  readonly code = 'not-ready-yet';
  readonly kind = 'unavailable';

  constructor() {
    super('this replica is still loading');
  }
}

/** As many clients follow the changes here as may (503): another replica has room. */
export class TooManyStreams extends Problem {
  readonly code = 'too-many-streams';
  readonly kind = 'unavailable';
  readonly streamsMax: number;

  constructor(streamsMax: number) {
    super(`more than ${streamsMax} clients follow the changes here`);
    this.streamsMax = streamsMax;
  }
}

/** The client went away; nobody reads the answer. */
export class RequestAborted extends Problem {
  readonly code = 'request-aborted';
  readonly kind = 'unavailable';

  constructor() {
    super('the client closed the connection');
  }
}
