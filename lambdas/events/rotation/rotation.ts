import {
  ROTATION_STEPS,
  type RotationNeeds,
  type RotationStep,
  rotateSigningKey,
} from '../../stages/keys/rotate-signing-key.ts';

/** What Secrets Manager sends, once for each step. */
export interface RotationEvent {
  readonly Step: string;
  readonly SecretId: string;
  /** The id of the version that is to become the current one. */
  readonly ClientRequestToken: string;
}

/** Answers nothing: Secrets Manager goes by whether it failed. */
export const rotation =
  (services: RotationNeeds) =>
  async ({ Step, ClientRequestToken }: RotationEvent): Promise<void> => {
    if (!isStep(Step)) throw new Error(`Step must be one of ${ROTATION_STEPS.join(', ')}, got ${JSON.stringify(Step)}`);
    await rotateSigningKey(services)(Step, ClientRequestToken);
  };

const isStep = (step: string): step is RotationStep => (ROTATION_STEPS as readonly string[]).includes(step);
