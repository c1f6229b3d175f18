import { Match, type Template } from 'aws-cdk-lib/assertions';
import { onlyResource, templateWith } from './synthesise.ts';

interface Container {
  readonly Environment: readonly { readonly Name: string; readonly Value: unknown }[];
}

function toldKey(template: Template): unknown {
  const task = onlyResource(template, 'AWS::ECS::TaskDefinition');
  const [container] = task.ContainerDefinitions as readonly Container[];
  return container?.Environment.find(({ Name }) => Name === 'CONGRESS_SECRET_KMS_KEY')?.Value;
}

describe('the key of secrets', () => {
  const template = templateWith();

  it('is rotated, outlives the stack, and is the one that replicas are told', () => {
    template.hasResource('AWS::KMS::Key', {
      Properties: { EnableKeyRotation: true },
      DeletionPolicy: 'Retain',
    });
    const [id] = Object.keys(template.findResources('AWS::KMS::Key'));
    expect(toldKey(template)).toEqual({ 'Fn::GetAtt': [id, 'Arn'] });
  });

  it('may be used by replicas to wrap and unwrap data keys, and for nothing else', () => {
    const [id] = Object.keys(template.findResources('AWS::KMS::Key'));
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          {
            Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
            Effect: 'Allow',
            Resource: { 'Fn::GetAtt': [id, 'Arn'] },
          },
        ]),
      },
    });
  });

  it.each([
    ['nobody wants it', { dataSourceSecrets: 'none' }],
    ['the configuration brings keys', { environment: { CONGRESS_SECRET_KEYS: `a:${'A'.repeat(43)}=` } }],
  ])('is not made when %s, and then nothing has to reach KMS', (_, context) => {
    const without = templateWith(context);
    without.resourceCountIs('AWS::KMS::Key', 0);
    expect(toldKey(without)).toBeUndefined();
    without.resourcePropertiesCountIs('AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Interface' }, 3);
  });
});
