/** An error as AWS answers it. The SDK finds its class by `name` and ignores the status when it does. */
export class ApiError extends Error {
  readonly status: number;

  constructor(name: string, status: number, message: string) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

export const validationFailed = (message: string) => new ApiError('ValidationException', 400, message);

export const accessDenied = (message: string) => new ApiError('AccessDeniedException', 403, message);

export const resourceNotFound = (arn: string) =>
  new ApiError('ResourceNotFoundException', 404, `Resource: ${arn} not found`);

export const conflict = (message: string) => new ApiError('ConflictException', 409, message);

export const serviceQuotaExceeded = (message: string) => new ApiError('ServiceQuotaExceededException', 402, message);

/** IVS Real-Time does not model throttling. 400 is the only status that its documentation gives ("Common errors"). */
export const throttled = (operation: string) => new ApiError('ThrottlingException', 400, `Rate exceeded: ${operation}`);

export const malformedRequest = (message: string) => new ApiError('SerializationException', 400, message);

export const bodyTooLarge = (limitBytes: number) =>
  new ApiError('RequestEntityTooLargeException', 413, `The request body is larger than ${limitBytes} bytes`);

export const unknownOperation = (route: string) =>
  new ApiError('UnknownOperationException', 404, `No operation answers ${route}`);

export const methodNotAllowed = (route: string) =>
  new ApiError('UnknownOperationException', 405, `The method is wrong for ${route}`);

/** 501 is one of the few server errors that the SDK does not retry. */
export const notEmulated = (what: string) =>
  new ApiError('NotEmulatedException', 501, `${what} is not emulated yet by the IVS emulator`);

export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  console.error('The IVS emulator failed:', error);
  return new ApiError('InternalServerException', 500, `The IVS emulator failed: ${String(error)}`);
}
