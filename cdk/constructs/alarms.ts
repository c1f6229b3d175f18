import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { HttpCodeElb, HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import type { LoadBalancer } from './load-balancer.ts';
import type { ReplicaService } from './replica-service.ts';
import type { StateTables } from './state-tables.ts';

export interface AlarmsProps {
  readonly settings: Settings;
  readonly loadBalancer: LoadBalancer;
  readonly replicas: ReplicaService;
  readonly tables: StateTables;
}

/** One alarm for each way in which the service is no longer what it promises. docs/AWS.md says what to do. */
export class Alarms extends Construct {
  private readonly topic: ITopic | null;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { alarmTopicArn } = props.settings;
    this.topic = alarmTopicArn === null ? null : Topic.fromTopicArn(this, 'Topic', alarmTopicArn);
    this.watchReplicas(props);
    this.watchAnswers(props.loadBalancer);
    for (const table of props.tables.all) this.watchTable(table);
  }

  private watchReplicas({ settings, loadBalancer, replicas }: AlarmsProps): void {
    const { metrics } = loadBalancer.targetGroup;
    this.alarm('UnhealthyHosts', {
      why: 'a replica does not answer /readyz',
      metric: metrics.unhealthyHostCount({ period: minute, statistic: Stats.MAXIMUM }),
      threshold: 1,
      minutes: 3,
    });
    this.alarm('TooFewHosts', {
      why: 'fewer than two replicas are ready: the next failure is an outage',
      metric: metrics.healthyHostCount({ period: minute, statistic: Stats.MINIMUM }),
      threshold: Math.min(2, settings.replicas),
      minutes: 2,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      missing: TreatMissingData.BREACHING,
    });
    this.alarm('Memory', {
      why: 'a replica holds every table in memory and is running out of it',
      metric: replicas.service.metricMemoryUtilization({ period: minute, statistic: Stats.MAXIMUM }),
      threshold: 85,
      minutes: 5,
    });
  }

  private watchAnswers({ targetGroup, balancer }: LoadBalancer): void {
    this.alarm('Replica5xx', {
      why: 'replicas answer 5xx (503: the store is out of reach or overloaded)',
      metric: targetGroup.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, sumOfMinute),
      threshold: 10,
      minutes: 2,
    });
    this.alarm('Balancer5xx', {
      why: 'the balancer answers 5xx itself: it found no replica, or one closed the connection',
      metric: balancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, sumOfMinute),
      threshold: 5,
      minutes: 2,
    });
  }

  private watchTable(table: Table): void {
    this.alarm(`${table.node.id}Throttled`, {
      why: 'DynamoDB refuses reads or writes of this table for their rate',
      metric: new MathExpression({
        expression: 'FILL(reads, 0) + FILL(writes, 0)',
        usingMetrics: {
          reads: tableMetric(table, 'ReadThrottleEvents'),
          writes: tableMetric(table, 'WriteThrottleEvents'),
        },
        label: 'throttled requests',
        period: minute,
      }),
      threshold: 1,
      minutes: 3,
    });
    this.alarm(`${table.node.id}TransactionConflicts`, {
      why: 'replicas collide on the change sequence more than group commit and jitter absorb',
      metric: tableMetric(table, 'TransactionConflict'),
      threshold: 300,
      minutes: 5,
    });
  }

  private alarm(id: string, watch: Watch): void {
    const alarm = new Alarm(this, id, {
      alarmDescription: watch.why,
      metric: watch.metric,
      threshold: watch.threshold,
      evaluationPeriods: watch.minutes,
      comparisonOperator: watch.comparison ?? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: watch.missing ?? TreatMissingData.NOT_BREACHING,
    });
    if (this.topic === null) return;
    alarm.addAlarmAction(new SnsAction(this.topic));
    alarm.addOkAction(new SnsAction(this.topic));
  }
}

interface Watch {
  readonly why: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** Periods of one minute that must all be at fault. */
  readonly minutes: number;
  readonly comparison?: ComparisonOperator;
  readonly missing?: TreatMissingData;
}

const minute = Duration.minutes(1);
const sumOfMinute = { period: minute, statistic: Stats.SUM };

function tableMetric(table: Table, metricName: string): Metric {
  return new Metric({
    namespace: 'AWS/DynamoDB',
    metricName,
    dimensionsMap: { TableName: table.tableName },
    ...sumOfMinute,
  });
}
