import { RemovalPolicy } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { configVariables } from '../../service/server/config-variables.ts';
import type { Settings } from '../settings.ts';

/**
 * The key that wraps the data keys of secrets in the configurations of data sources; null when it is not wanted, or
 * when the further configuration brings keys of its own.
 * It outlives the stack with the tables: without it the secrets in them cannot be read.
 */
export function secretsKey(scope: Construct, settings: Settings): Key | null {
  if (!hasSecretsKey(settings)) return null;
  return new Key(scope, 'SecretsKey', {
    description: 'Congress HA: secrets of data sources',
    enableKeyRotation: true,
    removalPolicy: settings.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
}

/** Whether replicas have to reach KMS. */
export function hasSecretsKey({ dataSourceSecrets, environment }: Settings): boolean {
  const own = [configVariables.secretKeys, configVariables.secretKmsKey].some(
    ({ name }) => environment[name],
  );
  return dataSourceSecrets === 'kms' && !own;
}
