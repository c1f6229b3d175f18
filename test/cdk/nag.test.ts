import { AwsSolutionsChecks } from 'cdk-nag';
import { stackWith } from './synthesise.ts';

const certificateArn = 'arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-4000-8000-000000000000';

describe('the AwsSolutions rules of cdk-nag', () => {
  it.each([
    ['as it comes', {}],
    ['with NAT', { egress: 'nat' }],
    [
      'facing the internet',
      {
        certificateArn,
        internetFacing: 'true',
        allowedCidrs: '198.51.100.0/24',
        environment: { CONGRESS_AUTH: 'keystone' },
      },
    ],
    ['for a trial', { retainData: 'false', replicas: 2, zones: 2, tableEncryption: 'aws-owned' }],
  ])('find nothing in the stack %s that is not acknowledged with a reason', (_, context) => {
    const { app } = stackWith(context);
    const report = new AwsSolutionsChecks(app).validateScope(app);
    expect(report.violations).toEqual([]);
    expect(report.success).toBe(true);
  });

  it('do find something when a reason is taken away', () => {
    const { app, stack } = stackWith();
    const task = stack.node.findChild('Replicas').node.findChild('Task').node;
    const kept = task.metadata;
    Object.defineProperty(task, 'metadata', {
      get: () => kept.filter(({ type }) => !type.includes('acknowledged')),
    });
    const report = new AwsSolutionsChecks(app).validateScope(app);
    expect(report.success).toBe(false);
    expect(report.violations.map(({ ruleName }) => ruleName)).toContain('AwsSolutions-ECS2');
  });
});
