import { Annotations, Match, type Template } from 'aws-cdk-lib/assertions';
import { stackWith, templateWith } from './synthesise.ts';

const template = templateWith();
const certificateArn = 'arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-4000-8000-000000000000';
const open = {
  certificateArn,
  internetFacing: 'true',
  allowedCidrs: '198.51.100.0/24',
  environment: { CONGRESS_AUTH: 'keystone' },
};

interface SecurityGroup {
  readonly SecurityGroupIngress?: readonly Record<string, unknown>[];
  readonly SecurityGroupEgress?: readonly Record<string, unknown>[];
}

function securityGroup(of: Template, description: string): SecurityGroup {
  const groups = of.findResources('AWS::EC2::SecurityGroup', {
    Properties: { GroupDescription: description },
  });
  expect(Object.keys(groups)).toHaveLength(1);
  return Object.values(groups)[0]?.Properties;
}

describe('the balancer', () => {
  it('asks /readyz every 5 s and decides after two answers', () => {
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
      HealthCheckPath: '/readyz',
      HealthCheckProtocol: 'HTTP',
      HealthCheckIntervalSeconds: 5,
      HealthyThresholdCount: 2,
      UnhealthyThresholdCount: 2,
      Matcher: { HttpCode: '200' },
      TargetType: 'ip',
      Port: 1789,
    });
  });

  it('gives a leaving replica 30 s and idle connections 60 s', () => {
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
      TargetGroupAttributes: Match.arrayWith([{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }]),
    });
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
      LoadBalancerAttributes: Match.arrayWith([{ Key: 'idle_timeout.timeout_seconds', Value: '60' }]),
    });
  });

  it('needs no sticky sessions, and moves traffic away from a replica that answers errors', () => {
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
      TargetGroupAttributes: Match.arrayWith([
        { Key: 'stickiness.enabled', Value: 'false' },
        { Key: 'load_balancing.algorithm.type', Value: 'weighted_random' },
        { Key: 'load_balancing.algorithm.anomaly_mitigation', Value: 'on' },
      ]),
    });
  });

  it('keeps access logs where only the service may write them', () => {
    const [bucket] = Object.keys(template.findResources('AWS::S3::Bucket'));
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
      LoadBalancerAttributes: Match.arrayWith([
        { Key: 'access_logs.s3.enabled', Value: 'true' },
        { Key: 'access_logs.s3.bucket', Value: { Ref: bucket } },
      ]),
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Action: 's3:PutObject',
            Principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
          }),
        ]),
      },
    });
  });

  it('is internal and plain HTTP when there is no certificate', () => {
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', { Scheme: 'internal' });
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', { Port: 80, Protocol: 'HTTP' });
  });

  it('speaks TLS 1.2 and 1.3 with the certificate it is given, and nothing beside it', () => {
    const secure = templateWith({ certificateArn });
    secure.resourceCountIs('AWS::ElasticLoadBalancingV2::Listener', 1);
    secure.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 443,
      Protocol: 'HTTPS',
      Certificates: [{ CertificateArn: certificateArn }],
      SslPolicy: Match.stringLikeRegexp('TLS13-1-2'),
    });
    Annotations.fromStack(stackWith(open).stack).hasNoWarning('*', Match.anyValue());
  });

  it('faces the internet only when asked, and then only the ranges that were named', () => {
    const facing = templateWith(open);
    facing.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', { Scheme: 'internet-facing' });
    expect(securityGroup(facing, 'Congress load balancer').SecurityGroupIngress).toEqual([
      expect.objectContaining({ CidrIp: '198.51.100.0/24', FromPort: 443, ToPort: 443 }),
    ]);
  });
});

describe('the security groups', () => {
  it('let clients to the balancer, the balancer to the replicas, and nobody else anywhere', () => {
    expect(securityGroup(template, 'Congress load balancer').SecurityGroupIngress).toEqual([
      expect.objectContaining({ CidrIp: '10.0.0.0/16', FromPort: 80, ToPort: 80 }),
    ]);
    expect(securityGroup(template, 'Congress replicas').SecurityGroupIngress).toBeUndefined();
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      FromPort: 1789,
      ToPort: 1789,
      SourceSecurityGroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('LoadBalancer'), 'GroupId'] },
    });
  });

  it('let replicas of an isolated network out over HTTPS only', () => {
    expect(securityGroup(template, 'Congress replicas').SecurityGroupEgress).toEqual([
      expect.objectContaining({ IpProtocol: 'tcp', FromPort: 443, ToPort: 443 }),
    ]);
  });
});

describe('an isolated network', () => {
  it('has no way to the internet, and endpoints for tables, images, logs and keys', () => {
    template.resourceCountIs('AWS::EC2::InternetGateway', 0);
    template.resourceCountIs('AWS::EC2::NatGateway', 0);
    template.resourcePropertiesCountIs('AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Gateway' }, 2);
    template.resourcePropertiesCountIs('AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Interface' }, 4);
  });

  it('gets public subnets for the balancer alone when that faces the internet', () => {
    const facing = templateWith(open);
    facing.resourceCountIs('AWS::EC2::NatGateway', 0);
    facing.resourceCountIs('AWS::EC2::Subnet', 6);
    const service = Object.values(facing.findResources('AWS::ECS::Service'))[0]?.Properties;
    expect(JSON.stringify(service.NetworkConfiguration)).not.toContain('public');
  });
});

describe('a network with NAT', () => {
  it('has a gateway in each zone, so that losing one zone does not cut off the others', () => {
    const nat = templateWith({ egress: 'nat', zones: 3 });
    nat.resourceCountIs('AWS::EC2::NatGateway', 3);
    nat.resourcePropertiesCountIs('AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Gateway' }, 1);
  });
});
