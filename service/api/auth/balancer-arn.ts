const arnPattern =
  /^arn:(?<partition>aws|aws-us-gov):elasticloadbalancing:(?<region>[a-z0-9-]+):\d{12}:loadbalancer\/app\/\S+$/;

/** Whether the text is the ARN of an Application Load Balancer whose keys can be found. */
export function isBalancerArn(text: string): boolean {
  return arnPattern.test(text);
}

/**
 * Where AWS publishes the keys of the balancers of a region (Elastic Load Balancing, "Authenticate users using an
 * Application Load Balancer"); GovCloud has buckets of its own. `arn` must be one of `isBalancerArn`.
 */
export function keysUrl(arn: string): string {
  const { partition, region = '' } = arnPattern.exec(arn)?.groups ?? {};
  return partition === 'aws-us-gov'
    ? `https://s3-${region}.amazonaws.com/aws-elb-public-keys-prod-${region}`
    : `https://public-keys.auth.elb.${region}.amazonaws.com`;
}
