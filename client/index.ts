export type * from '../contract/errors.ts';
export type * from '../contract/stages.ts';
export {
  ApiError,
  type ApiErrorCode,
  type ApiErrorDetails,
  ApiUnreachableError,
  BannedError,
  CapabilityNotAllowedError,
  ExchangeNotSupportedError,
  IngestExistsError,
  IngestQuotaReachedError,
  InternalError,
  InvalidRequestError,
  NotAllowedError,
  NotFoundError,
  RateLimitedError,
  StageFullError,
  StageInactiveError,
  StageNotFoundError,
  StageNotReadyError,
  StageQuotaReachedError,
  TokenRefusedError,
  UnauthenticatedError,
  UpstreamThrottledError,
} from './api/api-errors.ts';
export { createStagedoorApi } from './api/create-stagedoor-api.ts';
export type * from './api/stagedoor-api.ts';
export { systemClock } from './api/system-clock.ts';
export type * from './media/local-media.ts';
export { type InputDevice, listDevices, onDevicesChanged } from './media/media-devices.ts';
export { MediaError, type MediaErrorCode } from './media/media-error.ts';
export { type OpenCameraOptions, openCamera } from './media/open-camera.ts';
export { openScreen } from './media/open-screen.ts';
export { type JoinStageOptions, joinStage } from './session/join-stage.ts';
export * from './session/stage-session.ts';
export * from './transport/transport.ts';
