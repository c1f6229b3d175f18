import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { CongressStack } from './congress-stack.ts';
import { readSettings } from './settings.ts';

// Started by the CDK CLI (see cdk.json) in the project's folder.
const app = new App();
const settings = readSettings((key) => app.node.tryGetContext(key));
new CongressStack(app, settings.stackName, { settings, projectRoot: process.cwd() });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app, { verbose: true }));
