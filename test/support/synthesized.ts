import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { App, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { readSettings, stackName } from '../../lib/settings.ts';
import { StagedoorStack } from '../../lib/stagedoor-stack.ts';

export interface Violation {
  readonly ruleName: string;
  readonly description: string;
}

const cdkJson = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8')) as { context: object };

/** The stack with these settings: its template, and what cdk-nag finds in it. */
export function synthesize(context: Readonly<Record<string, unknown>> = {}) {
  const app = new App({
    context: {
      ...cdkJson.context,
      '@aws-cdk/core:failSynthOnValidationErrors': false,
      '@aws-cdk/core:validationReportPrettyPrint': false,
      ...context,
    },
  });
  const settings = readSettings(app.node);
  const stack = new StagedoorStack(app, stackName(settings), settings);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const template = Template.fromStack(stack);
  const findings = (): readonly Violation[] => {
    const report = JSON.parse(readFileSync(join(app.synth().directory, 'validation-report.json'), 'utf8')) as {
      readonly pluginReports: readonly { readonly violations: readonly Violation[] }[];
    };
    return report.pluginReports.flatMap(({ violations }) => violations);
  };
  return { template, findings };
}
