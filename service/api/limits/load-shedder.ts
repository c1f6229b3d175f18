import { Overloaded } from './problems.ts';

/** How long requests wait at this moment before anything looks at them. */
export interface LoadGauge {
  /** Of the event loop, in milliseconds, over the last second or so. */
  loopDelayMs(): number;
}

export interface LoadLimits {
  /** Requests that are being answered at a time. */
  readonly requestsMax: number;
  /** Heavy ones among them. */
  readonly heavyRequestsMax: number;
  /** Bytes of bodies that are held at a time. */
  readonly bodyBytesMax: number;
  /** Requests are turned away while the event loop is later than this; 0 = never for that. */
  readonly loopDelayMsMax: number;
}

/** A place that a request holds until it is answered. */
export interface Place {
  /** Once, when the answer is on its way. */
  leave(): void;
}

/**
 * Turns requests away before anything is done for them, when there are too many or when they are served too late:
 * those that were let in are answered, and what asks whether this replica lives is never turned away, because
 * it does not come here.
 */
export class LoadShedder {
  readonly #limits: LoadLimits;
  readonly #gauge: LoadGauge;
  #requests = 0;
  #heavy = 0;
  #bodyBytes = 0;

  constructor(options: { readonly limits: LoadLimits; readonly gauge: LoadGauge }) {
    this.#limits = options.limits;
    this.#gauge = options.gauge;
  }

  /** Throws Overloaded. */
  enter(): Place {
    const { requestsMax, loopDelayMsMax } = this.#limits;
    if (this.#requests >= requestsMax) throw new Overloaded('too many requests are being answered');
    if (loopDelayMsMax > 0 && this.#gauge.loopDelayMs() > loopDelayMsMax) {
      throw new Overloaded('requests are answered too late');
    }
    this.#requests += 1;
    return once(() => {
      this.#requests -= 1;
    });
  }

  /** For a request that is let in and costs much. Throws Overloaded. */
  enterHeavy(): Place {
    if (this.#heavy >= this.#limits.heavyRequestsMax) {
      throw new Overloaded('too many heavy requests are being answered');
    }
    this.#heavy += 1;
    return once(() => {
      this.#heavy -= 1;
    });
  }

  /** Before `bytes` more of a body are kept. Throws Overloaded. */
  holdBytes(bytes: number): void {
    if (this.#bodyBytes + bytes > this.#limits.bodyBytesMax) {
      throw new Overloaded('too many long bodies are being read');
    }
    this.#bodyBytes += bytes;
  }

  letGoBytes(bytes: number): void {
    this.#bodyBytes -= bytes;
  }
}

function once(leave: () => void): Place {
  let left = false;
  return {
    leave: () => {
      if (!left) leave();
      left = true;
    },
  };
}
