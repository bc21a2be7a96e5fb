import { randomUUID } from 'node:crypto';
import type { FunctionDefinition } from './index.ts';

/** Nothing of this process's own environment: a developer's AWS credentials must not reach a function. */
export function createEnvironment(
  definition: FunctionDefinition,
  taskRoot: string,
  run: { readonly region: string; readonly environment: Readonly<Record<string, string>> },
): Record<string, string> {
  return {
    // A service that is not emulated fails at once instead of leaving this machine.
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    ...definition.environment,
    ...run.environment,
    _HANDLER: definition.handler,
    LAMBDA_TASK_ROOT: taskRoot,
    AWS_REGION: run.region,
    AWS_DEFAULT_REGION: run.region,
    AWS_ACCESS_KEY_ID: definition.accessKeyId,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${definition.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `local/[$LATEST]${randomUUID().replaceAll('-', '')}`,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  };
}
