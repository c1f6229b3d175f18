import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Alarms } from './constructs/alarms.ts';
import { serverImage } from './constructs/image.ts';
import { LoadBalancer } from './constructs/load-balancer.ts';
import { Network, zoneTokens } from './constructs/network.ts';
import { ReplicaService } from './constructs/replica-service.ts';
import { secretsKey } from './constructs/secrets-key.ts';
import { serverPort } from './constructs/server-environment.ts';
import { StateTables } from './constructs/state-tables.ts';
import type { Settings } from './settings.ts';

export interface CongressStackProps extends StackProps {
  readonly settings: Settings;
  /** The folder with the Dockerfile. */
  readonly projectRoot: string;
}

/**
 * Congress in one region: N replicas over several zones behind a load balancer, sharing two DynamoDB tables.
 * It names no account and no region, so it synthesises offline and deploys anywhere.
 */
export class CongressStack extends Stack {
  readonly settings: Settings;

  constructor(scope: Construct, id: string, props: CongressStackProps) {
    super(scope, id, { description: 'Congress HA: policy as a service', ...props });
    const { settings } = props;
    this.settings = settings;
    const tables = new StateTables(this, 'Tables', settings);
    const network = new Network(this, 'Network', { settings, tableArns: tables.arns });
    const loadBalancer = new LoadBalancer(this, 'LoadBalancer', {
      settings,
      network,
      targetPort: serverPort,
    });
    const replicas = new ReplicaService(this, 'Replicas', {
      settings,
      network,
      tables,
      loadBalancer,
      secretsKey: secretsKey(this, settings),
      image: serverImage(this, props),
    });
    new Alarms(this, 'Alarms', { settings, loadBalancer, replicas, tables });
    this.output('Url', loadBalancer.url, 'where clients go');
    this.output('LoadBalancerDnsName', loadBalancer.balancer.loadBalancerDnsName, 'for a DNS alias record');
    this.output(
      'StateTableName',
      tables.state.tableName,
      'the change sequence, the change log and the entities',
    );
    this.output('RowsTableName', tables.rows.tableName, 'row chunks of shared tables');
    this.output('ClusterName', replicas.cluster.clusterName, 'ECS cluster');
    this.output('ServiceName', replicas.service.serviceName, 'ECS service');
    this.output('LogGroupName', replicas.logGroup.logGroupName, 'logs of the replicas');
  }

  /** See `zoneTokens`: without this, a stack without an environment would use two zones only. */
  override get availabilityZones(): string[] {
    return zoneTokens(this.settings.zones);
  }

  private output(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }
}
