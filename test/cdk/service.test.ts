import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { timing } from '../../cdk/timing.ts';
import { readConfig } from '../../service/server/config.ts';
import { onlyResource, stackWith, templateWith } from './synthesise.ts';

const template = templateWith();

interface Container {
  readonly Environment: readonly { readonly Name: string; readonly Value: unknown }[];
}

function container(of = template): Container & Record<string, unknown> {
  const task = onlyResource(of, 'AWS::ECS::TaskDefinition') as { ContainerDefinitions: never[] };
  expect(task.ContainerDefinitions).toHaveLength(1);
  return task.ContainerDefinitions[0]!;
}

describe('the service', () => {
  it('runs the number of replicas that was asked for, at least two', () => {
    template.hasResourceProperties('AWS::ECS::Service', { DesiredCount: 3 });
    templateWith({ replicas: '7' }).hasResourceProperties('AWS::ECS::Service', { DesiredCount: 7 });
    expect(() => stackWith({ replicas: 1 })).toThrow('`replicas` must be a whole number from 2');
  });

  it('spreads them over as many zones as were asked for and keeps them spread', () => {
    for (const zones of [2, 3, 4]) {
      const spread = templateWith({ zones });
      const service = onlyResource(spread, 'AWS::ECS::Service') as {
        NetworkConfiguration: { AwsvpcConfiguration: { Subnets: { Ref: string }[]; AssignPublicIp: string } };
      };
      const { Subnets, AssignPublicIp } = service.NetworkConfiguration.AwsvpcConfiguration;
      const subnets = spread.findResources('AWS::EC2::Subnet');
      const used = Subnets.map(({ Ref }) => JSON.stringify(subnets[Ref]?.Properties.AvailabilityZone));
      expect(new Set(used).size).toBe(zones);
      expect(AssignPublicIp).toBe('DISABLED');
    }
    template.hasResourceProperties('AWS::ECS::Service', { AvailabilityZoneRebalancing: 'ENABLED' });
  });

  it('is replaced new before old, and taken back when the new does not become ready', () => {
    template.hasResourceProperties('AWS::ECS::Service', {
      DeploymentConfiguration: {
        MinimumHealthyPercent: 100,
        MaximumPercent: 200,
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      },
    });
  });

  it('waits for the network that its replicas need', () => {
    const [service] = Object.values(template.findResources('AWS::ECS::Service'));
    const endpoints = Object.keys(template.findResources('AWS::EC2::VPCEndpoint'));
    expect(endpoints).toHaveLength(6);
    expect(service?.DependsOn).toEqual(expect.arrayContaining(endpoints));
  });

  it('is watched by Container Insights', () => {
    template.hasResourceProperties('AWS::ECS::Cluster', {
      ClusterSettings: [{ Name: 'containerInsights', Value: 'enabled' }],
    });
  });
});

describe('a replica', () => {
  it('runs on the processor, CPU and memory that were asked for', () => {
    template.hasResourceProperties('AWS::ECS::TaskDefinition', {
      Cpu: '1024',
      Memory: '4096',
      RuntimePlatform: { CpuArchitecture: 'X86_64', OperatingSystemFamily: 'LINUX' },
    });
    templateWith({ architecture: 'ARM64', cpuUnits: '2048', memoryMiB: '8192' }).hasResourceProperties(
      'AWS::ECS::TaskDefinition',
      { Cpu: '2048', Memory: '8192', RuntimePlatform: { CpuArchitecture: 'ARM64' } },
    );
  });

  it('has a root file system it cannot write, an init process, and logs that never hold it up', () => {
    expect(container()).toMatchObject({
      ReadonlyRootFilesystem: true,
      LinuxParameters: { InitProcessEnabled: true },
      LogConfiguration: { LogDriver: 'awslogs', Options: { mode: 'non-blocking' } },
    });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });

  it('is told its tables, and that it may not create them', () => {
    const tables = Object.keys(template.findResources('AWS::DynamoDB::Table'));
    const environment = new Map(container().Environment.map(({ Name, Value }) => [Name, Value]));
    expect(environment.get('CONGRESS_CREATE_TABLES')).toBe('false');
    expect(tables).toContain((environment.get('CONGRESS_STATE_TABLE') as { Ref: string }).Ref);
    expect(tables).toContain((environment.get('CONGRESS_ROWS_TABLE') as { Ref: string }).Ref);
    expect(environment.get('CONGRESS_STATE_TABLE')).not.toEqual(environment.get('CONGRESS_ROWS_TABLE'));
  });

  it('gets a configuration that the server accepts, from a process that has nothing else', () => {
    for (const context of [{}, { environment: { CONGRESS_POLL_INTERVAL_MS: '250' } }]) {
      const environment = container(templateWith(context)).Environment.map(({ Name, Value }) => [
        Name,
        // Names of tables are known when the stack is deployed.
        typeof Value === 'string' ? Value : 'a-table',
      ]);
      const config = readConfig({ AWS_REGION: 'eu-west-1', ...Object.fromEntries(environment) });
      expect(config).toMatchObject({
        port: 1789,
        store: 'dynamodb',
        stateTable: 'a-table',
        createTables: 'false',
        drainMs: timing.drain * 1000,
        shutdownDeadlineMs: timing.shutdownDeadline * 1000,
        keepAliveMs: timing.keepAlive * 1000,
      });
    }
  });

  it('is left without authentication only where nobody chose one', () => {
    const allow = { Name: 'CONGRESS_ALLOW_UNAUTHENTICATED', Value: 'true' };
    expect(container().Environment).toContainEqual(allow);
    const environment = { CONGRESS_AUTH: 'token', CONGRESS_AUTH_TOKENS: '{"tokens":[]}' };
    expect(container(templateWith({ environment })).Environment).not.toContainEqual(allow);
  });

  it('makes links with https when clients come over https', () => {
    const certificateArn =
      'arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-4000-8000-000000000000';
    const trust = { Name: 'CONGRESS_TRUST_PROXY' };
    expect(container().Environment).toContainEqual({ ...trust, Value: 'false' });
    expect(container(templateWith({ certificateArn })).Environment).toContainEqual({
      ...trust,
      Value: 'true',
    });
  });

  it('may use three quarters of the memory of its task for its heap', () => {
    expect(container(templateWith({ memoryMiB: 8192 })).Environment).toContainEqual({
      Name: 'NODE_OPTIONS',
      Value: '--max-old-space-size=6144',
    });
  });

  it('is killed only after it had the time to leave, in an order that loses no request', () => {
    expect(container()).toMatchObject({ StopTimeout: timing.stopTimeout });
    expect(timing.healthCheckInterval * timing.unhealthyCount).toBeLessThanOrEqual(timing.drain);
    expect(timing.drain).toBeLessThan(timing.shutdownDeadline);
    expect(timing.shutdownDeadline).toBeLessThan(timing.stopTimeout);
    expect(timing.deregistrationDelay).toBeLessThanOrEqual(timing.stopTimeout);
    expect(timing.idleTimeout).toBeLessThan(timing.keepAlive);
  });
});

describe('the image', () => {
  const execution = (of: ReturnType<typeof templateWith>) =>
    JSON.stringify(
      Object.values(of.findResources('AWS::IAM::Policy')).filter(({ Properties }) =>
        JSON.stringify(Properties.Roles).includes('ExecutionRole'),
      ),
    );

  it('of a private registry may be pulled, and no other repository', () => {
    expect(execution(template)).toContain(':ecr:eu-west-1:123456789012:repository/congress"');
  });

  it('is built from the sources and nothing else of the project', () => {
    const { app } = stackWith({ imageUri: '', architecture: 'ARM64' });
    const assembly = app.synth();
    const assets = readdirSync(assembly.directory).filter((name) => name.startsWith('asset.'));
    expect(assets).toHaveLength(1);
    const inside = readdirSync(join(assembly.directory, assets[0]!));
    expect(inside).toEqual(expect.arrayContaining(['Dockerfile', 'package-lock.json', 'service']));
    for (const other of ['test', 'docs', 'cdk', 'examples', 'node_modules'])
      expect(inside).not.toContain(other);
    const manifest = readFileSync(join(assembly.directory, 'CongressHa.assets.json'), 'utf8');
    expect(Object.values(JSON.parse(manifest).dockerImages)).toEqual([
      expect.objectContaining({ source: expect.objectContaining({ platform: 'linux/arm64' }) }),
    ]);
  });

  it('of elsewhere is taken as it is named', () => {
    const other = templateWith({ imageUri: 'ghcr.io/example/congress@sha256:00', egress: 'nat' });
    expect(container(other)).toMatchObject({ Image: 'ghcr.io/example/congress@sha256:00' });
  });
});

describe('a stack without a certificate', () => {
  it('warns that it speaks plain HTTP', () => {
    const { stack } = stackWith();
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('plain HTTP'));
  });
});
