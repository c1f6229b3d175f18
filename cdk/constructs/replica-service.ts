import { Annotations, Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import { Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  AvailabilityZoneRebalancing,
  AwsLogDriverMode,
  Cluster,
  type ContainerImage,
  ContainerInsights,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  type ICluster,
  LinuxParameters,
  LogDrivers,
  OperatingSystemFamily,
  PropagatedTagSource,
} from 'aws-cdk-lib/aws-ecs';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { Settings } from '../settings.ts';
import { timing } from '../timing.ts';
import type { LoadBalancer } from './load-balancer.ts';
import type { Network } from './network.ts';
import { authenticates, serverEnvironment, serverPort } from './server-environment.ts';
import type { StateTables } from './state-tables.ts';

export interface ReplicaServiceProps {
  readonly settings: Settings;
  readonly network: Network;
  readonly tables: StateTables;
  readonly loadBalancer: LoadBalancer;
  /** Wraps the secrets of data sources; null without. */
  readonly secretsKey: IKey | null;
  readonly image: ContainerImage;
}

/**
 * N identical replicas on Fargate. A deployment starts new replicas before it stops old ones, is taken back by
 * itself when the new ones do not become ready, and ECS keeps the replicas spread over the zones.
 */
export class ReplicaService extends Construct {
  readonly cluster: ICluster;
  readonly service: FargateService;
  readonly logGroup: LogGroup;
  readonly securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string, props: ReplicaServiceProps) {
    super(scope, id);
    const { settings, network, loadBalancer } = props;
    if (!authenticates(settings.environment)) {
      Annotations.of(this).addWarningV2(
        'congress:no-authentication',
        'whoever reaches the load balancer may do everything: give CONGRESS_AUTH in -c environment=... (docs/SECURITY.md)',
      );
    }
    this.cluster = new Cluster(this, 'Cluster', {
      vpc: network.vpc,
      containerInsightsV2: ContainerInsights.ENABLED,
    }) as ICluster;
    this.logGroup = new LogGroup(this, 'Logs', {
      retention: settings.logRetentionDays,
      removalPolicy: settings.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.securityGroup = this.replicaSecurityGroup(props);
    this.service = new FargateService(this, 'Service', {
      cluster: this.cluster,
      taskDefinition: this.replicaTask(props),
      desiredCount: settings.replicas,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { enable: true, rollback: true },
      availabilityZoneRebalancing: AvailabilityZoneRebalancing.ENABLED,
      healthCheckGracePeriod: Duration.seconds(timing.startGrace),
      vpcSubnets: network.replicaSubnets,
      securityGroups: [this.securityGroup],
      assignPublicIp: false,
      enableExecuteCommand: false,
      propagateTags: PropagatedTagSource.SERVICE,
    });
    this.service.attachToApplicationTargetGroup(loadBalancer.targetGroup);
    // A replica that starts before its endpoints exist cannot pull its image, and counts as a failed deployment.
    this.service.node.addDependency(network);
  }

  private replicaTask({ settings, tables, image, secretsKey }: ReplicaServiceProps): FargateTaskDefinition {
    const task = new FargateTaskDefinition(this, 'Task', {
      cpu: settings.cpuUnits,
      memoryLimitMiB: settings.memoryMiB,
      runtimePlatform: {
        operatingSystemFamily: OperatingSystemFamily.LINUX,
        cpuArchitecture: settings.architecture === 'ARM64' ? CpuArchitecture.ARM64 : CpuArchitecture.X86_64,
      },
    });
    tables.grantUse(task.taskRole);
    // What service/datasources/secrets asks of KMS, and no more.
    secretsKey?.grant(task.taskRole, 'kms:GenerateDataKey', 'kms:Decrypt');
    task.addContainer('replica', {
      image,
      essential: true,
      environment: serverEnvironment({
        stateTable: tables.state.tableName,
        rowsTable: tables.rows.tableName,
        memoryMiB: settings.memoryMiB,
        https: settings.certificateArn !== null,
        secretsKeyArn: secretsKey?.keyArn ?? null,
        further: settings.environment,
      }),
      portMappings: [{ containerPort: serverPort }],
      stopTimeout: Duration.seconds(timing.stopTimeout),
      readonlyRootFilesystem: true,
      // Signals reach the server, and orphans of health checks are reaped.
      linuxParameters: new LinuxParameters(this, 'Init', { initProcessEnabled: true }),
      logging: LogDrivers.awsLogs({
        streamPrefix: 'replica',
        logGroup: this.logGroup,
        // When CloudWatch Logs is out of reach, lines are lost rather than replicas stopped.
        mode: AwsLogDriverMode.NON_BLOCKING,
        maxBufferSize: Size.mebibytes(25),
      }),
      // Is this process alive? Whether it should get traffic is the balancer's question, to /readyz.
      healthCheck: {
        command: ['CMD', 'node', '-e', livenessProbe],
        interval: Duration.seconds(15),
        timeout: Duration.seconds(5),
        retries: 3,
        startPeriod: Duration.seconds(timing.startGrace),
      },
    });
    acknowledge(task, {
      'AwsSolutions-ECS2':
        'the environment holds table names and times only; secrets are not configured this way',
      'AwsSolutions-IAM5[Resource::*]':
        'execution role only: ecr:GetAuthorizationToken has no resource; the task role names two tables',
    });
    return task;
  }

  /** In: the balancer. Out: HTTPS, which an isolated network routes to AWS endpoints only. */
  private replicaSecurityGroup({ settings, network, loadBalancer }: ReplicaServiceProps): SecurityGroup {
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: network.vpc,
      description: 'Congress replicas',
      allowAllOutbound: settings.egress === 'nat',
    });
    if (settings.egress === 'isolated') {
      securityGroup.connections.allowToAnyIpv4(Port.tcp(443), 'DynamoDB, images, logs');
    }
    securityGroup.connections.allowFrom(
      loadBalancer.securityGroup,
      Port.tcp(serverPort),
      'requests and health checks of the balancer',
    );
    return securityGroup;
  }
}

const livenessProbe = `fetch('http://127.0.0.1:${serverPort}/livez').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))`;
