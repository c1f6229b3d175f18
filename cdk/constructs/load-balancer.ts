import { Annotations, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationTargetGroup,
  ListenerAction,
  ListenerCertificate,
  Protocol,
  SslPolicy,
  TargetGroupLoadBalancingAlgorithmType,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { Settings } from '../settings.ts';
import { timing } from '../timing.ts';
import type { Network } from './network.ts';

export interface LoadBalancerProps {
  readonly settings: Settings;
  readonly network: Network;
  /** The port of a replica. */
  readonly targetPort: number;
}

/**
 * The balancer in front of the replicas. It asks only `/readyz`, which says "has its state and is not leaving"
 * and never follows the health of DynamoDB: if it did, one outage would take every replica out at once.
 */
export class LoadBalancer extends Construct {
  readonly balancer: ApplicationLoadBalancer;
  readonly targetGroup: ApplicationTargetGroup;
  readonly securityGroup: SecurityGroup;
  /** Without a trailing slash. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: LoadBalancerProps) {
    super(scope, id);
    const { settings, network } = props;
    this.securityGroup = this.openTo(settings, network);
    this.balancer = new ApplicationLoadBalancer(this, 'Alb', {
      vpc: network.vpc,
      vpcSubnets: network.balancerSubnets,
      internetFacing: settings.internetFacing,
      securityGroup: this.securityGroup,
      idleTimeout: Duration.seconds(timing.idleTimeout),
      dropInvalidHeaderFields: true,
      deletionProtection: settings.retainData,
    });
    // A zone in trouble can be taken out of service by one command (Application Recovery Controller).
    this.balancer.setAttribute('zonal_shift.config.enabled', 'true');
    this.targetGroup = this.replicas(network, props.targetPort);
    this.listen(settings);
    this.keepAccessLogs();
    const scheme = settings.certificateArn === null ? 'http' : 'https';
    this.url = `${scheme}://${settings.domainName ?? this.balancer.loadBalancerDnsName}`;
  }

  private openTo(settings: Settings, network: Network): SecurityGroup {
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: network.vpc,
      description: 'Congress load balancer',
      allowAllOutbound: false,
    });
    const port = Port.tcp(settings.certificateArn === null ? 80 : 443);
    for (const cidr of settings.allowedCidrs) {
      securityGroup.addIngressRule(Peer.ipv4(cidr), port, 'clients (context allowedCidrs)');
    }
    return securityGroup;
  }

  /**
   * Weighted random with anomaly mitigation: a replica that answers errors faster than the others work gets
   * less traffic, where least-outstanding-requests would give it more.
   */
  private replicas(network: Network, port: number): ApplicationTargetGroup {
    return new ApplicationTargetGroup(this, 'Replicas', {
      vpc: network.vpc,
      targetType: TargetType.IP,
      protocol: ApplicationProtocol.HTTP,
      port,
      deregistrationDelay: Duration.seconds(timing.deregistrationDelay),
      loadBalancingAlgorithmType: TargetGroupLoadBalancingAlgorithmType.WEIGHTED_RANDOM,
      enableAnomalyMitigation: true,
      healthCheck: {
        protocol: Protocol.HTTP,
        path: '/readyz',
        healthyHttpCodes: '200',
        interval: Duration.seconds(timing.healthCheckInterval),
        timeout: Duration.seconds(timing.healthCheckTimeout),
        healthyThresholdCount: timing.healthyCount,
        unhealthyThresholdCount: timing.unhealthyCount,
      },
    });
  }

  private listen(settings: Settings): void {
    const defaultAction = ListenerAction.forward([this.targetGroup]);
    if (settings.certificateArn !== null) {
      this.balancer.addListener('Https', {
        port: 443,
        protocol: ApplicationProtocol.HTTPS,
        certificates: [ListenerCertificate.fromArn(settings.certificateArn)],
        sslPolicy: SslPolicy.RECOMMENDED_TLS,
        open: false,
        defaultAction,
      });
      return;
    }
    this.balancer.addListener('Http', {
      port: 80,
      protocol: ApplicationProtocol.HTTP,
      open: false,
      defaultAction,
    });
    Annotations.of(this).addWarningV2(
      'congress:plain-http',
      'the load balancer speaks plain HTTP inside the network: give -c certificateArn=... for HTTPS',
    );
  }

  /**
   * By hand instead of `logAccessLogs`, which needs to know the region (and its account of the balancers)
   * when it synthesises; the service principal is the same everywhere.
   */
  private keepAccessLogs(): void {
    const bucket = new Bucket(this, 'AccessLogs', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: [{ expiration: Duration.days(90) }],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acknowledge(bucket, {
      'AwsSolutions-S1': 'this bucket is where access logs go; logging the logging would not end',
    });
    const stack = Stack.of(this);
    bucket.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('logdelivery.elasticloadbalancing.amazonaws.com')],
        actions: ['s3:PutObject'],
        resources: [bucket.arnForObjects(`AWSLogs/${stack.account}/*`)],
        conditions: {
          ArnLike: {
            'aws:SourceArn': stack.formatArn({
              service: 'elasticloadbalancing',
              resource: 'loadbalancer',
              resourceName: '*',
            }),
          },
        },
      }),
    );
    this.balancer.setAttribute('access_logs.s3.enabled', 'true');
    this.balancer.setAttribute('access_logs.s3.bucket', bucket.bucketName);
    // Elastic Load Balancing tries to write when the attribute is set, so the permission must exist by then.
    this.balancer.node.addDependency(bucket.policy ?? bucket);
  }
}
