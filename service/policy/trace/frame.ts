import type { Atom, Term } from '../../datalog/tree.ts';

/**
 * The variables of one use of a rule, by name. A variable is its name in its frame, so rules need no renaming: a
 * variable may stand for one of another frame.
 */
export type Frame = Map<string, Place>;

interface Place {
  readonly term: Term;
  /** Where `term` means something when it is a variable. */
  readonly frame: Frame;
}

/** What a term stands for in the end: a constant, or a variable that nothing is known of. */
export function resolve(term: Term, frame: Frame): Place {
  let place: Place = { term, frame };
  while (place.term.kind === 'variable') {
    const next = place.frame.get(place.term.name);
    if (next === undefined) return place;
    place = next;
  }
  return place;
}

/** The atom with what is known put in; variables keep the name they have in their own frame. */
export function plug(atom: Atom, frame: Frame): Atom {
  return { ...atom, args: atom.args.map((term) => resolve(term, frame).term) };
}

/**
 * Makes two lists of terms equal, binding variables of the first rather than of the second. Returns what undoes it,
 * or null, with everything as before, when they cannot be.
 */
export function unify(
  first: { readonly terms: readonly Term[]; readonly frame: Frame },
  second: { readonly terms: readonly Term[]; readonly frame: Frame },
): (() => void) | null {
  const bound: { readonly frame: Frame; readonly name: string }[] = [];
  const undo = (): void => {
    for (const { frame, name } of bound) frame.delete(name);
  };
  const bind = (variable: Place, to: Place): void => {
    const { name } = variable.term as Extract<Term, { kind: 'variable' }>;
    variable.frame.set(name, to);
    bound.push({ frame: variable.frame, name });
  };
  for (const [at, term] of first.terms.entries()) {
    const left = resolve(term, first.frame);
    const right = resolve(second.terms[at]!, second.frame);
    if (left.term.kind === 'variable') {
      if (!isSameVariable(left, right)) bind(left, right);
    } else if (right.term.kind === 'variable') {
      bind(right, left);
    } else if (left.term.value !== right.term.value) {
      undo();
      return null;
    }
  }
  return undo;
}

function isSameVariable(left: Place, right: Place): boolean {
  if (left.term.kind !== 'variable' || right.term.kind !== 'variable') return false;
  return left.frame === right.frame && left.term.name === right.term.name;
}
