import { Logger } from '@aws-lambda-powertools/logger';
import type { Log } from './stages/ports.ts';

/**
 * JSON lines for CloudWatch. Levels: `error` wants a person, `warn` was handled and says how, `info` once for each run or
 * batch. Errors are logged with their causes; requests, tokens, keys and user attributes never are.
 */
export function createLog(serviceName: string): Log {
  const logger = new Logger({ serviceName });
  return {
    info: (message, fields = {}) => logger.info(message, fields),
    warn: (message, fields = {}) => logger.warn(message, fields),
    error: (message, fields = {}) => logger.error(message, fields),
  };
}
