import { HostRules } from '../../service/datasources/host-rules.ts';

const passes = (rules: HostRules, host: string, address: string): boolean => {
  try {
    rules.check(host, address);
    return true;
  } catch {
    return false;
  }
};

describe('rules about hosts', () => {
  it.each([
    ['169.254.169.254', '169.254.169.254'],
    ['metadata.google.internal', '10.0.0.1'],
    ['innocent.example', '169.254.169.254'],
    ['innocent.example', '::ffff:169.254.169.254'],
    ['[::ffff:a9fe:a9fe]', '::ffff:a9fe:a9fe'],
    ['[fe80::1]', 'fe80::1'],
    ['[fd00:ec2::254]', 'fd00:ec2::254'],
    ['0.0.0.0', '0.0.0.0'],
  ])('refuse %s at %s whatever is configured', (host, address) => {
    expect(passes(new HostRules(), host, address)).toBe(false);
    expect(passes(new HostRules({ allowed: ['0.0.0.0/0', '::/0', host] }), host, address)).toBe(false);
  });

  it('let everything else through, private networks too, until they are told otherwise', () => {
    expect(passes(new HostRules(), 'nova.internal', '10.1.2.3')).toBe(true);
    const rules = new HostRules({ refused: ['10.0.0.0/8', '.internal'] });
    expect(passes(rules, 'api.example', '10.1.2.3')).toBe(false);
    expect(passes(rules, 'nova.internal', '8.8.8.8')).toBe(false);
    expect(passes(rules, 'internal.example', '8.8.8.8')).toBe(true);
  });

  it('let only listed names, with what is below, and networks through where some are listed', () => {
    const rules = new HostRules({ allowed: ['api.example', '.cloud.example', '192.0.2.0/24'] });
    expect(passes(rules, 'api.example', '8.8.8.8')).toBe(true);
    expect(passes(rules, 'NOVA.cloud.example', '8.8.8.8')).toBe(true);
    expect(passes(rules, 'other.example', '192.0.2.7')).toBe(true);
    expect(passes(rules, 'other.example', '8.8.8.8')).toBe(false);
    expect(passes(rules, 'xapi.example', '8.8.8.8')).toBe(false);
  });

  it.each(['a.example', '.example', '10.0.0.0/8', '::1', 'fe80::/10'])('understand %s', (text) => {
    expect(HostRules.isRule(text)).toBe(true);
  });

  it.each(['', '10.0.0.0/33', 'a b', 'example/8', '*.example', '10.0.0.0/8/8'])(
    'do not understand %j',
    (text) => {
      expect(HostRules.isRule(text)).toBe(false);
    },
  );
});
