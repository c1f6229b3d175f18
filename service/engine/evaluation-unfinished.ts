/**
 * A view has to be computed for what was asked, and the slice of time for one question is over: nothing is wrong.
 * Ask again after other work had its turn; the computation goes on where it stopped. Not a Problem: whoever drives
 * an engine in slices (see EngineOptions.sliceMs) catches it.
 */
export class EvaluationUnfinished extends Error {
  override readonly name = 'EvaluationUnfinished';
  /** The relation that is being computed. */
  readonly subject: string;

  constructor(subject: string) {
    super(`\`${subject}\` is being computed`);
    this.subject = subject;
  }
}
