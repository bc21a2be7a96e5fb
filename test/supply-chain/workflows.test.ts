import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { findWorkflowRisks } from './check-workflow.ts';
import { ROOT } from './root.ts';

const directory = new URL('.github/workflows/', ROOT);
const workflows = readdirSync(directory).map((name) => ({
  name,
  text: readFileSync(new URL(name, directory), 'utf8'),
}));

describe.each(workflows)('$name', ({ text }) => {
  it('runs actions by commit, reads only, and takes in nothing that strangers write', () => {
    expect(findWorkflowRisks(text)).toEqual([]);
  });
});

it('asks every week for vulnerabilities of what is used in production, and verifies signatures', () => {
  const text = workflows.find(({ name }) => name === 'supply-chain.yml')?.text ?? '';
  for (const part of ['  schedule:', 'npm audit signatures', 'npm audit --omit=dev --audit-level=high']) {
    expect(text).toContain(part);
  }
});

it('updates packages and actions weekly', () => {
  const text = readFileSync(new URL('.github/dependabot.yml', ROOT), 'utf8');
  expect(text.match(/package-ecosystem: .*|interval: .*/g)).toEqual([
    'package-ecosystem: npm',
    'interval: weekly',
    'package-ecosystem: github-actions',
    'interval: weekly',
  ]);
});

describe('the check of workflows', () => {
  const good = `on:
  push:
permissions:
  contents: read
jobs:
  check:
    steps:
      - uses: actions/checkout@${'a'.repeat(40)} # v4.2.2
        with:
          persist-credentials: false
      - run: .ci/run
`;
  it('passes a workflow that is as it should be', () => {
    expect(findWorkflowRisks(good)).toEqual([]);
  });

  it.each([
    ['a tag', `${'a'.repeat(40)} # v4.2.2`, 'v4', 'not a commit with its version: actions/checkout@v4'],
    [
      'a commit without its version',
      ' # v4.2.2',
      '',
      `not a commit with its version: actions/checkout@${'a'.repeat(40)}`,
    ],
    ['no permissions', 'permissions:\n  contents: read\n', '', 'no `permissions` of its own to read only'],
    ['more permissions', 'contents: read', 'contents: write', 'no `permissions` of its own to read only'],
    [
      'permissions of a job',
      '    steps:',
      '    permissions: write-all\n    steps:',
      'a job with permissions of its own',
    ],
    ['strangers’ code with secrets', '  push:', '  pull_request_target:', 'pull_request_target'],
    ['credentials', 'persist-credentials: false', '', 'a checkout that leaves its credentials to the steps after it'],
    [
      'a title in a command',
      '.ci/run',
      `echo \${{ github.event.title }}`,
      `takes in run: echo \${{ github.event.title }}`,
    ],
  ])('finds %s', (_what, was, is, risk) => {
    expect(findWorkflowRisks(good.replace(was, is))).toEqual([risk]);
  });
});
