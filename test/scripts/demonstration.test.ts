import { generateCloud } from '../../examples/openstack-cloud/cloud.ts';
import { CheckFailed, Narrator } from '../../scripts/demonstration/narrator.ts';
import {
  describe as describeViolation,
  disconnected,
  sameViolations,
  violationsIn,
} from '../../scripts/demonstration/violations.ts';

const cloud = generateCloud({ servers: 40, seed: 5 });
const [first, second] = cloud.planted.foreignNetworks;

describe('the demonstration', () => {
  beforeEach(() => jest.spyOn(console, 'log').mockImplementation(() => undefined));
  afterEach(() => jest.restoreAllMocks());

  it('takes one server off one network and changes nothing else', () => {
    const after = disconnected(cloud, first!);
    const gone = cloud.neutron.ports.filter((port) => !after.neutron.ports.includes(port));
    expect(gone).toEqual([
      expect.objectContaining({ device_id: first!.serverId, network_id: first!.networkId }),
    ]);
    expect(after.nova).toBe(cloud.nova);
  });

  it('compares violations whatever their order, and sees one too few, too many or another', () => {
    const answer = {
      rows: [
        [second!.serverId, second!.networkId],
        [first!.serverId, first!.networkId],
      ],
      sequence: 1,
      durationMs: 1,
    };
    const found = violationsIn(answer);
    expect(sameViolations(found, [first!, second!])).toBe(true);
    expect(sameViolations(found, [first!])).toBe(false);
    expect(sameViolations([first!], found)).toBe(false);
    expect(sameViolations(found, [first!, { ...second!, networkId: first!.networkId }])).toBe(false);
  });

  it('says who is where by name', () => {
    const server = cloud.nova.servers.find(({ id }) => id === first!.serverId);
    expect(describeViolation(first!, cloud)).toMatch(
      new RegExp(`^${server!.name} of .+ is on .+-(main|data|management)$`),
    );
  });

  it('ends when a check fails', () => {
    const narrator = new Narrator();
    expect(() => narrator.check(true, 'water is wet')).not.toThrow();
    expect(() => narrator.check(false, 'replicas agree')).toThrow(CheckFailed);
  });
});
