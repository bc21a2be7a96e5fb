import { CreateParticipantTokenCommand, DisconnectParticipantCommand } from '@aws-sdk/client-ivs-realtime';
import { cannotTell, type Fact, type Finding, finding, outcomeOf } from './fact.ts';

const ATTRIBUTES_LIMIT_BYTES = 1_024;

export const tokenFacts: readonly Fact[] = [
  {
    name: 'attributes-of-1-kb',
    statement: 'The attributes of a token may have 1,024 bytes, keys and values together, and no more',
    observe: async ({ aws: { ivs } }, { stageArn }) => {
      const ask = (bytes: number) => {
        const attributes = { a: 'x'.repeat(bytes - 1) };
        return outcomeOf(ivs.send(new CreateParticipantTokenCommand({ stageArn, attributes, duration: 1 })));
      };
      const [largest, larger] = [await ask(ATTRIBUTES_LIMIT_BYTES), await ask(ATTRIBUTES_LIMIT_BYTES + 1)];
      const holds = largest === 'accepted' && larger === 'ValidationException';
      return finding(holds, `1,024 bytes: ${largest}; 1,025 bytes: ${larger}`);
    },
  },
  {
    name: 'one-kind-of-claims',
    statement: 'A token that IVS makes is a JWT with the claims that the deployment signs',
    observe: async (_bench, { token, ivsToken }) => {
      if (token.issuedBy === 'ivs-api') return cannotTell('this deployment has IVS make its tokens');
      const [ours, theirs] = [claimNamesIn(token.token), claimNamesIn(ivsToken.token)];
      const missing = ours.filter((name) => !theirs.includes(name));
      return finding(missing.length === 0, `IVS's has ${theirs.join(', ') || 'nothing readable'}`);
    },
  },
  {
    name: 'unjoined-cannot-be-disconnected',
    statement: 'DisconnectParticipant does not find who never joined with a token that IVS made',
    observe: async (bench, { stageArn, ivsToken }) => disconnectUnjoined(bench, stageArn, ivsToken.participantId),
  },
  {
    name: 'unjoined-self-signed-cannot-be-disconnected',
    statement: 'DisconnectParticipant does not find who never joined with a token that the deployment signed',
    observe: async (bench, { stageArn, token }) =>
      token.issuedBy === 'ivs-api'
        ? cannotTell('this deployment has IVS make its tokens')
        : disconnectUnjoined(bench, stageArn, token.participantId),
  },
];

function claimNamesIn(token: string): readonly string[] {
  try {
    return Object.keys(Object(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())));
  } catch {
    // Then it is no JWT.
    return [];
  }
}

type Ivs = Parameters<Fact['observe']>[0];

async function disconnectUnjoined({ aws: { ivs } }: Ivs, stageArn: string, participantId: string): Promise<Finding> {
  const outcome = await outcomeOf(ivs.send(new DisconnectParticipantCommand({ stageArn, participantId })));
  return finding(outcome === 'ResourceNotFoundException', `DisconnectParticipant: ${outcome}`);
}
