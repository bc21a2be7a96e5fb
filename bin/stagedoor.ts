import path from 'node:path';
import { App, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { readSettings, stackName } from '../lib/settings.ts';
import { StagedoorStack } from '../lib/stagedoor-stack.ts';
import { WebStack } from '../lib/web-stack.ts';

const app = new App();
const settings = readSettings(app.node);
const stagedoor = new StagedoorStack(app, stackName(settings), settings);
if (settings.webPage) {
  const pageDirectory = path.join(import.meta.dirname, '../web/dist');
  new WebStack(app, `${stackName(settings)}-Web`, { settings, stagedoor, pageDirectory });
}
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
