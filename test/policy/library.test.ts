import {
  InvalidLibraryPolicyName,
  LibraryPolicyChanged,
  LibraryPolicyNotFound,
  PolicyNameTaken,
  RuleRefused,
} from '../../service/policy/problems.ts';
import { createPolicyFromLibrary } from '../../service/policy/writes/create-policy-from-library.ts';
import { fillLibrary } from '../../service/policy/writes/fill-library.ts';
import {
  createLibraryPolicy,
  deleteLibraryPolicy,
  type NewLibraryPolicy,
  replaceLibraryPolicy,
} from '../../service/policy/writes/library-writes.ts';
import { viewOf } from './catalog-view.ts';
import { Session } from './session.ts';

const example = (name: string, rule = 'p(x) :- q(x)'): NewLibraryPolicy => ({
  id: `${name}-id`,
  name,
  abbreviation: name.slice(0, 5),
  description: '',
  kind: 'nonrecursive',
  rules: [{ rule, extra: 1 }],
});

describe('the policy library', () => {
  it('holds policies whose rules nobody has looked at, by id and by name', () => {
    const session = new Session();
    session.write(createLibraryPolicy(example('one', 'p(x :-')));
    expect(session.catalog.library.byIdOrName('one')).toBe(session.catalog.library.byIdOrName('one-id'));
    expect(() => session.write(createLibraryPolicy(example('one')))).toThrow(PolicyNameTaken);
    expect(() => session.write(createLibraryPolicy(example('a-b')))).toThrow(InvalidLibraryPolicyName);
  });

  it('replaces and deletes', () => {
    const session = new Session();
    const empty = viewOf(session.catalog);
    session.write(createLibraryPolicy(example('one')));
    session.write(createLibraryPolicy(example('two')));
    expect(session.write(replaceLibraryPolicy('one', example('three')))).toMatchObject({
      id: 'one-id',
      name: 'three',
    });
    expect(() => session.write(replaceLibraryPolicy('two', example('three')))).toThrow(PolicyNameTaken);
    expect(() => session.write(replaceLibraryPolicy('one', example('x')))).toThrow(LibraryPolicyNotFound);
    session.write(deleteLibraryPolicy('three'));
    session.write(deleteLibraryPolicy('two-id'));
    expect(() => session.write(deleteLibraryPolicy('two'))).toThrow(LibraryPolicyNotFound);
    expect(viewOf(session.catalog)).toEqual(empty);
  });

  it('gives copies: later changes do not reach the policies made of it', () => {
    const session = new Session();
    session.write(createLibraryPolicy(example('one')));
    const source = session.catalog.library.byIdOrName('one')!;
    const creation = createPolicyFromLibrary(source, { id: 'p1', rules: [session.newRule('p(x) :- q(x)')] });
    session.write(replaceLibraryPolicy('one', example('one', 'r(x) :- q(x)')));
    expect(() => session.write(creation)).toThrow(LibraryPolicyChanged);
    const now = session.catalog.library.byIdOrName('one')!;
    session.write(createPolicyFromLibrary(now, { id: 'p1', rules: [session.newRule('r(x) :- q(x)')] }));
    session.write(deleteLibraryPolicy('one'));
    expect(session.catalog.tablesOf('one')).toEqual(['q', 'r']);
    const bad = () =>
      session.write(createPolicyFromLibrary(now, { id: 'p2', rules: [session.newRule('r(x)')] }));
    expect(bad).toThrow(LibraryPolicyChanged);
    session.write(createLibraryPolicy(example('two', 'r(x)')));
    const unsafe = session.catalog.library.byIdOrName('two')!;
    expect(() =>
      session.write(createPolicyFromLibrary(unsafe, { id: 'p2', rules: [session.newRule('r(x)')] })),
    ).toThrow(RuleRefused);
  });

  it('gets its first content once: again after an interruption, not again after a deletion', () => {
    const session = new Session();
    const many = Array.from({ length: 45 }, (_, index) => example(`example${index}`));
    const writes = fillLibrary(many);
    expect(writes).toHaveLength(4);
    session.write(writes[0]!);
    session.write(writes[1]!);
    // Another replica does it with other ids.
    for (const write of fillLibrary(many.map((each) => ({ ...each, id: `other-${each.id}` })))) {
      session.write(write);
    }
    expect(session.catalog.library.list().map(({ name }) => name)).toEqual(many.map(({ name }) => name));
    session.write(deleteLibraryPolicy('example3'));
    for (const write of writes) session.write(write);
    expect(session.catalog.library.list()).toHaveLength(44);
  });
});
