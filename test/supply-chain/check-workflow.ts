/** Whatever would let somebody else's code run in a workflow, or let it do more than it needs. */
export function findWorkflowRisks(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.replace(/^( *)- /, '$1  '));
  const risks = lines.flatMap(findRisks);
  if (!/^permissions:\n {2}contents: read\n(?=\S)/m.test(text)) risks.push('no `permissions` of its own to read only');
  if (/^ +permissions:/m.test(text)) risks.push('a job with permissions of its own');
  const checkouts = text.match(/actions\/checkout@/g)?.length ?? 0;
  const withoutCredentials = text.match(/persist-credentials: false/g)?.length ?? 0;
  if (withoutCredentials < checkouts) risks.push('a checkout that leaves its credentials to the steps after it');
  return risks;
}

function findRisks(line: string): string[] {
  const risks: string[] = [];
  const [, used] = /^ *uses: *(.*)$/.exec(line) ?? [];
  if (used !== undefined && !/^[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(used)) {
    risks.push(`not a commit with its version: ${used}`);
  }
  // They run with the repository's secrets on what strangers send.
  const [trigger] = /pull_request_target|workflow_run/.exec(line) ?? [];
  if (trigger) risks.push(trigger);
  // A title or a branch's name would become part of the command.
  if (/\$\{\{[^}]*(github\.event|github\.head_ref|secrets\.)/.test(line)) risks.push(`takes in ${line.trim()}`);
  return risks;
}
