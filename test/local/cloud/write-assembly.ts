import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The least that the local run starts with. */
export const LEAST_RESOURCES = {
  Pool: { Type: 'AWS::Cognito::UserPool' },
  Moderators: { Type: 'AWS::Cognito::UserPoolGroup', Properties: { GroupName: 'moderators' } },
  Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } },
  ApiStage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { StageName: '$default', AutoDeploy: true } },
};

export const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

/** A function with the asset of its name, and a role that allows these statements. */
export function functionResources(name: string, Statement: readonly object[], Variables: object = {}) {
  return {
    [name]: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { S3Bucket: 'assets', S3Key: `${name}.zip` },
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Role: arnOf(`${name}Role`),
        Environment: { Variables },
        MemorySize: 256,
      },
    },
    [`${name}Role`]: {
      Type: 'AWS::IAM::Role',
      Properties: { Policies: [{ PolicyName: 'own', PolicyDocument: { Statement } }] },
    },
  };
}

/** A cloud assembly in a new folder. The bundles are CommonJS sources by the names of their functions. */
export function writeAssembly(
  onEnd: (cleanUp: () => unknown) => unknown,
  resources: object,
  bundles: Readonly<Record<string, string>> = {},
): string {
  const directory = mkdtempSync(join(tmpdir(), 'stagedoor-test-assembly-'));
  onEnd(() => rmSync(directory, { recursive: true }));
  const assets = Object.entries(bundles).map(([name, source]) => {
    mkdirSync(join(directory, name));
    writeFileSync(join(directory, name, 'index.js'), source);
    return [name, { source: { path: name }, destinations: { here: { objectKey: `${name}.zip` } } }];
  });
  const files = {
    'manifest.json': { artifacts: { Stagedoor: { environment: 'aws://unknown-account/eu-west-1' } } },
    'Stagedoor.assets.json': { files: Object.fromEntries(assets) },
    'Stagedoor.template.json': { Resources: resources },
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), JSON.stringify(content));
  return directory;
}
