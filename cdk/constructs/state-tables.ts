import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';

/**
 * What the store does with its tables (service/store/dynamodb). TransactWriteItems is authorised by the
 * actions of its parts. There is no Scan, and the tables are never created or altered by a replica.
 */
const tableActions = [
  'dynamodb:BatchWriteItem',
  'dynamodb:ConditionCheckItem',
  'dynamodb:DeleteItem',
  'dynamodb:DescribeTable',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'dynamodb:UpdateItem',
];

/** The two tables of ARCHITECTURE section 2: all that the replicas share. */
export class StateTables extends Construct {
  readonly state: Table;
  readonly rows: Table;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    this.state = this.table('State', settings);
    this.rows = this.table('Rows', settings);
  }

  get all(): readonly Table[] {
    return [this.state, this.rows];
  }

  get arns(): readonly string[] {
    return this.all.map((table) => table.tableArn);
  }

  /** Lets a replica read and write items of these two tables, and nothing else. */
  grantUse(grantee: IGrantable): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: tableActions, resources: [...this.arns] }),
    );
  }

  private table(id: string, settings: Settings): Table {
    return new Table(this, id, {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryption:
        settings.tableEncryption === 'aws-owned' ? TableEncryption.DEFAULT : TableEncryption.AWS_MANAGED,
      deletionProtection: settings.retainData,
      removalPolicy: settings.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }
}
