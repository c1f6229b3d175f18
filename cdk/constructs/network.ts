import { Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  type SubnetSelection,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { hasSecretsKey } from './secrets-key.ts';

export interface NetworkProps {
  readonly settings: Settings;
  /** The only tables that can be reached through the network's DynamoDB endpoint. */
  readonly tableArns: readonly string[];
}

/**
 * The network: one subnet for replicas in each zone, and one for the balancer if it faces the internet.
 * DynamoDB is reached through a gateway endpoint, which costs nothing and does not depend on NAT.
 * - `isolated`: no route to the internet; images and logs go through interface endpoints.
 * - `nat`: a NAT gateway in each zone, so that the loss of a zone does not cut the others off.
 */
export class Network extends Construct {
  readonly vpc: IVpc;
  readonly replicaSubnets: SubnetSelection;
  readonly balancerSubnets: SubnetSelection;

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    const { settings } = props;
    const isolated = settings.egress === 'isolated';
    const replicaSubnetType = isolated ? SubnetType.PRIVATE_ISOLATED : SubnetType.PRIVATE_WITH_EGRESS;
    const needsPublic = settings.internetFacing || !isolated;
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(settings.vpcCidr),
      maxAzs: settings.zones,
      natGateways: isolated ? 0 : settings.zones,
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        ...(needsPublic
          ? [{ name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false }]
          : []),
        { name: 'replicas', subnetType: replicaSubnetType, cidrMask: 20 },
      ],
    });
    this.vpc = vpc as IVpc;
    this.replicaSubnets = { subnetGroupName: 'replicas' };
    this.balancerSubnets = { subnetGroupName: settings.internetFacing ? 'public' : 'replicas' };
    this.addDynamoDbEndpoint(props.tableArns);
    if (isolated) this.addServiceEndpoints(settings);
    this.addFlowLog(settings);
  }

  private addDynamoDbEndpoint(tableArns: readonly string[]): void {
    const endpoint = this.vpc.addGatewayEndpoint('DynamoDb', {
      service: GatewayVpcEndpointAwsService.DYNAMODB,
      subnets: [this.replicaSubnets],
    });
    endpoint.addToPolicy(
      new PolicyStatement({
        principals: [new AnyPrincipal()],
        actions: ['dynamodb:*'],
        resources: [...tableArns],
      }),
    );
  }

  /**
   * Fargate pulls an image from ECR (its layers from ECR's bucket in S3) and sends logs to CloudWatch; replicas ask
   * KMS for the keys of secrets.
   */
  private addServiceEndpoints(settings: Settings): void {
    const { region, partition } = Stack.of(this);
    this.vpc
      .addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3, subnets: [this.replicaSubnets] })
      .addToPolicy(
        new PolicyStatement({
          principals: [new AnyPrincipal()],
          actions: ['s3:GetObject'],
          resources: [`arn:${partition}:s3:::prod-${region}-starport-layer-bucket/*`],
        }),
      );
    const securityGroup = new SecurityGroup(this, 'EndpointSecurityGroup', {
      vpc: this.vpc,
      description: 'Interface endpoints: images, logs, keys',
      allowAllOutbound: false,
    });
    for (const subnet of this.vpc.selectSubnets(this.replicaSubnets).subnets) {
      securityGroup.addIngressRule(Peer.ipv4(subnet.ipv4CidrBlock), Port.tcp(443), 'HTTPS from the replicas');
    }
    const services = {
      EcrApi: InterfaceVpcEndpointAwsService.ECR,
      EcrDocker: InterfaceVpcEndpointAwsService.ECR_DOCKER,
      Logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
      ...(hasSecretsKey(settings) ? { Kms: InterfaceVpcEndpointAwsService.KMS } : {}),
    };
    for (const [id, service] of Object.entries(services)) {
      this.vpc.addInterfaceEndpoint(id, {
        service,
        subnets: this.replicaSubnets,
        securityGroups: [securityGroup],
        open: false,
      });
    }
  }

  private addFlowLog(settings: Settings): void {
    const logGroup = new LogGroup(this, 'FlowLogs', {
      retention: settings.logRetentionDays,
      removalPolicy: settings.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.vpc.addFlowLog('FlowLog', { destination: FlowLogDestination.toCloudWatchLogs(logGroup) });
  }
}

/**
 * Zone names that CloudFormation resolves when it deploys, so that no look-up (and no account) is needed to
 * synthesise. A region with fewer zones refuses the deployment before it has created anything.
 */
export function zoneTokens(zones: number): string[] {
  return Array.from({ length: zones }, (_, index) => Fn.select(index, Fn.getAzs()));
}
