import fc from 'fast-check';
import type { Value } from '../../service/datalog/value.ts';
import { Interner } from '../../service/engine/interner.ts';

const value = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.bigInt({ min: -5n, max: 5n }),
  fc.bigInt(),
  fc.double(),
  fc.integer({ min: -5, max: 5 }),
);

describe('the interner', () => {
  it('gives one id to each value of each type, and the value back', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 3000, size: 'max' }), (values) => {
        const interner = new Interner();
        const known = new Map<Value, number>();
        for (const one of values) {
          const id = interner.intern(one);
          expect(known.get(one) ?? id).toBe(id);
          known.set(one, id);
        }
        expect(new Set(known.values()).size).toBe(known.size);
        for (const [one, id] of known) {
          expect(interner.find(one)).toBe(id);
          expect(Object.is(interner.values[id], one) || (one === 0 && interner.values[id] === 0)).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('forgets what is swept and gives its ids out again', () => {
    const interner = new Interner();
    const ids = Array.from({ length: 5000 }, (_, i) => interner.intern(`value ${i}`));
    const live = new Uint8Array(interner.limit);
    for (const id of ids.slice(0, 100)) live[id] = 1;
    interner.sweep(live);
    expect(interner.size).toBe(100);
    expect(interner.find('value 99')).toBe(ids[99]);
    expect(interner.find('value 100')).toBe(-1);
    for (let i = 0; i < 6000; i++) interner.intern(`other ${i}`);
    expect(interner.limit).toBe(6100);
    expect(interner.find('value 99')).toBe(ids[99]);
    expect(interner.find('other 5999')).toBeGreaterThanOrEqual(0);
  });
});
