import { App, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { readSettings, stackName } from '../lib/settings.ts';
import { StagedoorStack } from '../lib/stagedoor-stack.ts';

const app = new App();
const settings = readSettings(app.node);
new StagedoorStack(app, stackName(settings), settings);
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
