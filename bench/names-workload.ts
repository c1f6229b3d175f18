import { RandomSource, type Row, type Workload, workload } from './generator.ts';

const letters = 'abcdefghijklmnopqrstuvwxyz';

/** Workload f: virtual machine names, 5 % of them against the naming convention. Rows are id, name, zone. */
export function namesWorkload(rows: number): Workload {
  const random = new RandomSource(42);
  const word = () => {
    let text = '';
    for (let length = 2 + random.below(7); length > 0; length--) text += letters[random.below(26)];
    return text;
  };
  const vmname = Array.from({ length: rows }, (): Row => {
    const environment = random.pick(['prod', 'stg', 'dev']);
    let name = `${environment}-${word()}-${String(random.below(1000)).padStart(3, '0')}`;
    if (random.next() < 0.05) name = random.pick([name.toUpperCase(), `test_${name}`, `${name}-x`, word()]);
    const id = random.uuid();
    return [id, name, `az${random.below(9)}.example.org`];
  });
  return workload({ vmname });
}
