import { Problem } from '../base/problem.ts';

/** A data source names a driver that this server does not have (Congress reference 1.13). */
export class UnknownDriver extends Problem {
  readonly code = 'unknown-driver';
  readonly kind = 'invalid';
  readonly driver: unknown;

  constructor(driver: unknown) {
    // Somebody else's object may have a `toString` of its own, which is no function.
    super(typeof driver === 'string' ? `no driver \`${driver}\`` : 'the name of a driver is a text');
    this.driver = driver;
  }
}

/** Options that the driver does not have, in the order they were given (Congress reference 1.13). */
export class UnknownDriverOptions extends Problem {
  readonly code = 'unknown-driver-options';
  readonly kind = 'invalid';
  readonly options: readonly string[];

  constructor(options: readonly string[]) {
    super(`unknown options ${options.map((name) => `\`${name}\``).join(', ')}`);
    this.options = options;
  }
}

/** Required options that were not given, sorted (Congress reference 1.13). */
export class MissingDriverOptions extends Problem {
  readonly code = 'missing-driver-options';
  readonly kind = 'invalid';
  readonly options: readonly string[];

  constructor(options: readonly string[]) {
    super(`missing options ${options.map((name) => `\`${name}\``).join(', ')}`);
    this.options = options;
  }
}

/** The options have the right names but values that the driver cannot work with. Lists every problem. */
export class InvalidDriverConfig extends Problem {
  readonly code = 'invalid-driver-config';
  readonly kind = 'invalid';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('; '));
    this.problems = problems;
  }
}

/** Pushed rows that do not fit their table: nothing of the request is taken. */
export class InvalidRows extends Problem {
  readonly code = 'invalid-rows';
  readonly kind = 'invalid';
  /** 0-based index of the first bad row; null when the body is no list at all. */
  readonly index: number | null;

  constructor(message: string, index: number | null) {
    super(message);
    this.index = index;
  }
}

/** A service could not be polled, or what it answered is no use; the message is shown as `last_error`. */
export class PollFailed extends Problem {
  readonly code = 'poll-failed';
  readonly kind = 'unavailable';
}

/** A host that no data source may talk to (docs/DATASOURCES.md, "Which hosts are asked"). */
export class HostRefused extends Problem {
  readonly code = 'host-refused';
  readonly kind = 'denied';
  readonly host: string;

  constructor(host: string) {
    super(`the host \`${host}\` may not be asked`);
    this.host = host;
  }
}

/** The template of an action cannot be filled with these arguments. */
export class TemplateRefused extends Problem {
  readonly code = 'template-refused';
  readonly kind = 'invalid';
}

/** Secrets cannot be sealed or opened: no key, the wrong one, or a key management service that does not answer. */
export class SecretsUnavailable extends Problem {
  readonly code = 'secrets-unavailable';
  readonly kind = 'unavailable';
}
