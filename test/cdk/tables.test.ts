import { Match } from 'aws-cdk-lib/assertions';
import { templateWith } from './synthesise.ts';

const template = templateWith();

describe('the two tables', () => {
  it('are on demand, recoverable to any second, expiring by `expiresAt`, and encrypted', () => {
    template.allResourcesProperties('AWS::DynamoDB::Table', {
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      SSESpecification: { SSEEnabled: true },
    });
    template.resourceCountIs('AWS::DynamoDB::Table', 2);
  });

  it('survive the stack unless told otherwise', () => {
    template.allResources('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: Match.objectLike({ DeletionProtectionEnabled: true }),
    });
    templateWith({ retainData: 'false' }).allResources('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Delete',
      Properties: Match.objectLike({ DeletionProtectionEnabled: false }),
    });
  });
});

describe('a replica', () => {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  const statements = policies
    .filter(({ Properties }) => JSON.stringify(Properties.Roles).includes('TaskRole'))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);

  it('may do on the two tables what the store does there, and nothing but use the key of secrets elsewhere', () => {
    const tables = Object.keys(template.findResources('AWS::DynamoDB::Table')).sort();
    expect(statements).toHaveLength(2);
    const [statement, ofSecrets] = statements;
    expect(ofSecrets.Action).toEqual(['kms:Decrypt', 'kms:GenerateDataKey']);
    expect(statement.Effect).toBe('Allow');
    expect([...statement.Action].sort()).toEqual([
      'dynamodb:BatchWriteItem',
      'dynamodb:ConditionCheckItem',
      'dynamodb:DeleteItem',
      'dynamodb:DescribeTable',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
    ]);
    const arns = statement.Resource.map((arn: { 'Fn::GetAtt': [string, string] }) => arn['Fn::GetAtt']);
    expect(arns.sort()).toEqual(tables.map((table) => [table, 'Arn']));
  });

  it('reaches no other table through the network either', () => {
    template.hasResourceProperties('AWS::EC2::VPCEndpoint', {
      VpcEndpointType: 'Gateway',
      ServiceName: Match.objectLike({ 'Fn::Join': Match.arrayWith([Match.arrayWith(['.dynamodb'])]) }),
      PolicyDocument: Match.objectLike({
        Statement: [Match.objectLike({ Resource: [Match.anyValue(), Match.anyValue()] })],
      }),
    });
  });
});
