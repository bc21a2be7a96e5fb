import type { RawResource } from './assembly.ts';
import { shortId } from './short-id.ts';

/** Where the run's servers listen, as far as they have started. */
export interface Addresses {
  readonly sqs?: string;
  readonly cognito?: string;
  readonly api?: string;
}

export interface Environment {
  readonly stackName: string;
  readonly region: string;
  readonly accountId: string;
  readonly addresses: Addresses;
}

export interface Description {
  readonly ref: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** What `Ref` and `Fn::GetAtt` give for a resource. Without a name in the template, the logical id is its name. */
export function describeResource(
  logicalId: string,
  { Type: type, Properties: properties = {} }: RawResource,
  environment: Environment,
  resolve: (value: unknown) => unknown,
): Description {
  const { region, accountId } = environment;
  const named = (property: string) => String(resolve(properties[property]) ?? logicalId);
  const arn = (service: string, resource: string) => `arn:aws:${service}:${region}:${accountId}:${resource}`;
  switch (type) {
    case 'AWS::DynamoDB::GlobalTable':
    case 'AWS::DynamoDB::Table':
      return { ref: named('TableName'), attributes: { Arn: arn('dynamodb', `table/${named('TableName')}`) } };
    case 'AWS::Lambda::Function':
      return { ref: named('FunctionName'), attributes: { Arn: arn('lambda', `function:${named('FunctionName')}`) } };
    case 'AWS::SQS::Queue': {
      const isNamed = properties.QueueName !== undefined;
      const name = properties.FifoQueue === true && !isNamed ? `${logicalId}.fifo` : named('QueueName');
      return {
        ref: environment.addresses.sqs === undefined ? name : `${environment.addresses.sqs}/${accountId}/${name}`,
        attributes: { Arn: arn('sqs', name), QueueName: name },
      };
    }
    case 'AWS::SecretsManager::Secret': {
      // AWS puts six characters of chance behind the name; here they are the same in every run.
      const secretArn = arn('secretsmanager', `secret:${named('Name')}-${shortId(logicalId, 6)}`);
      return { ref: secretArn, attributes: { Id: secretArn } };
    }
    case 'AWS::Events::Rule':
      return { ref: named('Name'), attributes: { Arn: arn('events', `rule/${named('Name')}`) } };
    case 'AWS::IAM::Role':
      return { ref: named('RoleName'), attributes: { Arn: `arn:aws:iam::${accountId}:role/${named('RoleName')}` } };
    case 'AWS::IAM::ManagedPolicy':
      return { ref: `arn:aws:iam::${accountId}:policy/${named('ManagedPolicyName')}` };
    case 'AWS::Cognito::UserPool': {
      // SRP hashes what stands after the underscore, so the id has AWS's form.
      const id = `${region}_${shortId(logicalId, 9)}`;
      const provider = `cognito-idp.${region}.amazonaws.com/${id}`;
      const attributes = { Arn: arn('cognito-idp', `userpool/${id}`), UserPoolId: id, ProviderName: provider };
      return { ref: id, attributes: { ...attributes, ProviderURL: `https://${provider}` } };
    }
    case 'AWS::Cognito::UserPoolClient':
      return { ref: shortId(logicalId, 26), attributes: { ClientId: shortId(logicalId, 26) } };
    case 'AWS::ApiGatewayV2::Api': {
      const apiId = shortId(logicalId, 10);
      return { ref: apiId, attributes: { ApiId: apiId, ApiEndpoint: `https://${apiHost(apiId, region)}` } };
    }
    case 'AWS::Logs::LogGroup':
      return { ref: named('LogGroupName'), attributes: { Arn: arn('logs', `log-group:${named('LogGroupName')}:*`) } };
    case 'AWS::SNS::Topic':
      return { ref: arn('sns', named('TopicName')) };
    case 'AWS::Scheduler::ScheduleGroup':
      return { ref: named('Name'), attributes: { Arn: arn('scheduler', `schedule-group/${named('Name')}`) } };
    default:
      return { ref: logicalId };
  }
}

function apiHost(apiId: string, region: string): string {
  return `${apiId}.execute-api.${region}.amazonaws.com`;
}

/** CDK joins the addresses of its APIs and issuers from their parts, so the finished text is what is replaced. */
export function toLocalAddress(text: string, { region, addresses }: Environment): string {
  const pattern = new RegExp(`https://(?:[a-z0-9]+\\.(execute-api)|(cognito-idp))\\.${region}\\.amazonaws\\.com`, 'g');
  return text.replace(pattern, (remote, api) => (api === undefined ? addresses.cognito : addresses.api) ?? remote);
}
