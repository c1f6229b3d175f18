import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CongressStack } from '../../cdk/congress-stack.ts';
import { readSettings } from '../../cdk/settings.ts';
import { projectRoot } from '../support/source-tree.ts';

/** An image that exists, so that most tests need not hash the sources. */
const ecrImage = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/congress:1.2.3';

/** The stack as `cdk synth -c key=value ...` would make it, with the feature flags of cdk.json. */
export function stackWith(context: Readonly<Record<string, unknown>> = {}): {
  app: App;
  stack: CongressStack;
} {
  const cdkJson = JSON.parse(readFileSync(join(projectRoot, 'cdk.json'), 'utf8'));
  const app = new App({ context: { ...cdkJson.context, imageUri: ecrImage, ...context } });
  const settings = readSettings((key) => app.node.tryGetContext(key));
  return { app, stack: new CongressStack(app, settings.stackName, { settings, projectRoot }) };
}

export function templateWith(context: Readonly<Record<string, unknown>> = {}): Template {
  return Template.fromStack(stackWith(context).stack);
}

/** The properties of the only resource of a type. */
export function onlyResource(template: Template, type: string): Record<string, unknown> {
  const found = Object.values(template.findResources(type));
  expect(found).toHaveLength(1);
  return found[0]?.Properties;
}
