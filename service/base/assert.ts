/** Thrown for bugs only; nothing below `server/main.ts` catches it. */
export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure';
}

/** States an invariant. `why` says what is broken when it does not hold. Throws {@link AssertionFailure}. */
export function assert(condition: unknown, why: string): asserts condition {
  if (!condition) throw new AssertionFailure(why);
}

/** For the `default` of an exhaustive switch: does not compile while a variant is unhandled. */
export function unreachable(value: never): never {
  throw new AssertionFailure(`unreachable variant ${JSON.stringify(value)}`);
}
