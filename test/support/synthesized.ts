import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { App, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { readSettings, stackName } from '../../lib/settings.ts';
import { StagedoorStack } from '../../lib/stagedoor-stack.ts';
import { WebStack } from '../../lib/web-stack.ts';

export interface Violation {
  readonly ruleName: string;
  readonly description: string;
}

const cdkJson = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8')) as { context: object };

/** The stack with these settings: its template, and what cdk-nag finds in it. */
export function synthesize(context: Readonly<Record<string, unknown>> = {}) {
  const { app, stagedoor } = createApp(context);
  return { template: Template.fromStack(stagedoor), findings: () => findingsOf(app) };
}

/** The stack of the web page, beside it. `assembly` is where both are written. */
export function synthesizeWeb(pageDirectory: string, context: Readonly<Record<string, unknown>> = {}) {
  const { app, settings, stagedoor } = createApp(context);
  const web = new WebStack(app, `${stackName(settings)}-Web`, { settings, stagedoor, pageDirectory });
  return { template: Template.fromStack(web), findings: () => findingsOf(app), assembly: () => app.synth().directory };
}

function createApp(context: Readonly<Record<string, unknown>>) {
  const app = new App({
    context: {
      ...cdkJson.context,
      '@aws-cdk/core:failSynthOnValidationErrors': false,
      '@aws-cdk/core:validationReportPrettyPrint': false,
      ...context,
    },
  });
  const settings = readSettings(app.node);
  const stagedoor = new StagedoorStack(app, stackName(settings), settings);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { app, settings, stagedoor };
}

function findingsOf(app: App): readonly Violation[] {
  const report = JSON.parse(readFileSync(join(app.synth().directory, 'validation-report.json'), 'utf8')) as {
    readonly pluginReports: readonly { readonly violations: readonly Violation[] }[];
  };
  return report.pluginReports.flatMap(({ violations }) => violations);
}
