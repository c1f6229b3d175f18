import { IgnoreMode, Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { ecrImageParts, type Settings } from '../settings.ts';

export interface ServerImageProps {
  readonly settings: Settings;
  /** The folder with the Dockerfile. */
  readonly projectRoot: string;
}

/**
 * The image of the server: one that exists, or an asset. An asset is only hashed and copied when the stack is
 * synthesised; Docker builds it when the stack is deployed. The hash is over what `.dockerignore` lets in, so that
 * editing a document or a test does not replace the replicas.
 */
export function serverImage(scope: Construct, { settings, projectRoot }: ServerImageProps): ContainerImage {
  if (settings.imageUri !== null) return existingImage(scope, settings.imageUri);
  return ContainerImage.fromAsset(projectRoot, {
    platform: settings.architecture === 'ARM64' ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64,
    ignoreMode: IgnoreMode.DOCKER,
  });
}

/** In a private ECR registry the replicas' execution role is allowed to pull this repository, and no other. */
function existingImage(scope: Construct, imageUri: string): ContainerImage {
  const parts = ecrImageParts(imageUri);
  if (parts === null) return ContainerImage.fromRegistry(imageUri);
  const repositoryArn = Stack.of(scope).formatArn({
    service: 'ecr',
    account: parts.account,
    region: parts.region,
    resource: 'repository',
    resourceName: parts.name,
  });
  const repository = Repository.fromRepositoryAttributes(scope, 'Image', {
    repositoryArn,
    repositoryName: parts.name,
  });
  return ContainerImage.fromEcrRepository(repository, parts.version);
}
