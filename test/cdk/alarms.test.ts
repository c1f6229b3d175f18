import { templateWith } from './synthesise.ts';

const template = templateWith();
const topic = 'arn:aws:sns:eu-west-1:123456789012:on-call';

describe('the alarms', () => {
  it('watch readiness, answers, memory, throttling and conflicts', () => {
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
    const metrics = alarms.map(({ Properties }) => Properties.MetricName ?? 'expression').sort();
    expect(metrics).toEqual([
      'HTTPCode_ELB_5XX_Count',
      'HTTPCode_Target_5XX_Count',
      'HealthyHostCount',
      'MemoryUtilization',
      'TransactionConflict',
      'TransactionConflict',
      'UnHealthyHostCount',
      'expression',
      'expression',
    ]);
    for (const { Properties } of alarms) expect(Properties.AlarmDescription).toBeTruthy();
  });

  it('go off when no replica reports at all', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'HealthyHostCount',
      Threshold: 2,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
  });

  it('tell the topic that was given, when they go off and when it is over', () => {
    templateWith({ alarmTopicArn: topic }).allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: [topic],
      OKActions: [topic],
    });
  });
});

describe('the outputs', () => {
  it('say where to go and what was made', () => {
    expect(Object.keys(template.findOutputs('*')).sort()).toEqual([
      'ClusterName',
      'LoadBalancerDnsName',
      'LogGroupName',
      'RowsTableName',
      'ServiceName',
      'StateTableName',
      'Url',
    ]);
  });

  it('give the name of the certificate in the URL when it is known', () => {
    const named = templateWith({
      certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-4000-8000-000000000000',
      domainName: 'congress.example.org',
    });
    named.hasOutput('Url', { Value: 'https://congress.example.org' });
  });
});
