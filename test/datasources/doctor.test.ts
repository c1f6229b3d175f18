import { doctorDriver } from '../../service/datasources/drivers/doctor.ts';
import { InvalidDriverConfig } from '../../service/datasources/problems.ts';

const [events] = doctorDriver.tables({});
const rows = (body: unknown) => doctorDriver.rowsFromPush?.(events!, body);

describe('the doctor driver', () => {
  it('has the table of the reference', () => {
    expect(events?.table).toBe('events');
    expect(events?.columns.map((column) => column.name)).toEqual([
      'time',
      'type',
      'hostname',
      'status',
      'monitor',
      'monitor_event_id',
    ]);
  });

  it('flattens the details of an event into its row', () => {
    const details = { hostname: 'h', status: 'down', monitor: 'm', monitor_event_id: '1' };
    expect(rows([{ time: 't1', type: 'x', details }])).toEqual([['t1', 'x', 'h', 'down', 'm', '1']]);
  });

  it('lets details win over members of the event and fills what is missing with None', () => {
    expect(rows([{ time: 't1', status: 'up', details: { status: 'down', extra: 1n } }])).toEqual([
      ['t1', 'None', 'None', 'down', 'None', 'None'],
    ]);
  });

  it('names the missing key as Congress does', () => {
    expect(() => rows([{ time: 't1' }])).toThrow(/^details$/);
  });

  it.each([[{ a: 1n }], [['x']], [[{ details: 'x' }]]])('refuses %p', (body) => {
    expect(() => rows(body)).toThrow();
  });

  it.each([['True'], ['no'], [true], [1]])('accepts persist_data %p', (value) => {
    expect(doctorDriver.tables({ persist_data: value })).toHaveLength(1);
  });

  it('refuses another persist_data', () => {
    expect(() => doctorDriver.tables({ persist_data: 'perhaps' })).toThrow(InvalidDriverConfig);
  });
});
