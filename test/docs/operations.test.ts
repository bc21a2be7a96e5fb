import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { METRIC_UNITS } from '../../lambdas/metric-names.ts';
import { synthesize } from '../support/synthesized.ts';

const manual = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
const { template } = synthesize();

/** As GitHub makes the anchor of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

/** The text under each heading, by its anchor. */
const sections = new Map(
  manual
    .split(/^#+ /m)
    .slice(1)
    .map((text) => [anchorOf(text.slice(0, text.indexOf('\n'))), text] as const),
);
const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => ({
  name: Properties.AlarmName as string,
  description: Properties.AlarmDescription as string,
}));

describe.each(alarms)('the alarm $name', ({ description }) => {
  const [, anchor = ''] = /^\S.*\. See docs\/operations\.md#(\S+)$/.exec(description) ?? [];

  it('says its symptom and names a section of the manual', () => {
    expect([...sections.keys()]).toContain(anchor);
  });

  it('has a section that says what it looks like, what it means and what to do', () => {
    const text = sections.get(anchor) ?? '';
    for (const part of ['**Symptom.** ', '**Meaning.** ', '**What to do.** ']) expect(text).toContain(part);
  });
});

it('lists every metric with its unit', () => {
  const rows = Object.entries(METRIC_UNITS).map(([name, unit]) => [name, unit.toLowerCase()]);
  for (const [name, unit] of rows) expect(manual).toMatch(new RegExp(`^\\| \`${name}\` \\| ${unit} \\| \\S`, 'm'));
  expect(manual.match(/^\| `[A-Z]\w+` \| (count|percent|seconds) \|/gm)).toHaveLength(rows.length);
});

it('names only outputs that the stack has', () => {
  const outputs = Object.keys(template.findOutputs('*'));
  const named = [...manual.matchAll(/<([A-Z]\w+)>/g)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(0);
  for (const name of named) expect(outputs).toContain(name);
});

it('links only to files and sections that exist', () => {
  for (const [, anchor = ''] of manual.matchAll(/\]\(#([\w-]+)\)/g)) expect([...sections.keys()]).toContain(anchor);
  for (const [, path = ''] of manual.matchAll(/\]\((?!#|https?:)([^)#]+)/g)) {
    expect(() => readFileSync(new URL(`../../docs/${path}`, import.meta.url))).not.toThrow();
  }
});
