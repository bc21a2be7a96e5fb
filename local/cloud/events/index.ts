import { compilePattern } from './pattern.ts';

export interface RuleDefinition {
  readonly arn: string;
  readonly pattern: object;
  readonly enabled: boolean;
  readonly targets: readonly RuleTarget[];
}

export interface RuleTarget {
  readonly queueArn: string;
  /** The queue for events that the target does not take. */
  readonly deadLetterArn: string | undefined;
}

export interface EventBusOptions {
  readonly rules: readonly RuleDefinition[];
  readonly send: (queueArn: string, body: string) => void;
  readonly log: (line: string) => void;
}

export interface EventBus {
  /** Takes an event as EventBridge would deliver it; nothing is added to it. */
  put(event: object): void;
}

/** EventBridge's default bus. Each rule that matches an event sends it, as JSON, to its targets. */
export function createEventBus({ rules, send, log }: EventBusOptions): EventBus {
  const listening = rules.map((rule) => ({ ...rule, matches: compile(rule) })).filter(({ enabled }) => enabled);

  /** No retries: on one machine, what a queue refuses once it refuses again. */
  function deliver(body: string, ruleArn: string, { queueArn, deadLetterArn }: RuleTarget): void {
    for (const arn of [queueArn, deadLetterArn].filter((place) => place !== undefined)) {
      try {
        send(arn, body);
        return;
      } catch (error) {
        log(`[events] ${ruleArn} could not send an event to ${arn}: ${error}`);
      }
    }
  }

  return {
    put: (event) => {
      const body = JSON.stringify(event);
      // What is sent is what is matched: JSON leaves out undefined members.
      const sent: unknown = JSON.parse(body);
      for (const { arn, targets } of listening.filter(({ matches }) => matches(sent))) {
        for (const target of targets) deliver(body, arn, target);
      }
    },
  };
}

function compile({ arn, pattern }: RuleDefinition) {
  try {
    return compilePattern(pattern);
  } catch (error) {
    throw new Error(`${arn}: ${(error as Error).message}`, { cause: error });
  }
}
