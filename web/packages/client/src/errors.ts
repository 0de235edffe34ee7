/** ApiError is an answer of the API that refuses a request. Branch on `code`; `requestId` is for support. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly param: string | null,
    readonly requestId: string | null,
    readonly headers: Headers | null = null,
  ) {
    super(message);
  }
}

/** NetworkError means that no answer of the API arrived: the device is offline, or the API cannot be reached. */
export class NetworkError extends Error {
  override readonly name = "NetworkError";
}

/** errorOf reads the error of an answer. An answer of another form, such as that of a proxy, has the code `unknown`. */
export async function errorOf(response: Response): Promise<ApiError> {
  const fallback = `The server answered ${response.status}`;
  const requestId = response.headers.get("Request-Id");
  try {
    const { error } = (await response.json()) as { error: { code: string; message: string; param: string | null } };
    return new ApiError(response.status, error.code, error.message, error.param ?? null, requestId, response.headers);
  } catch {
    return new ApiError(response.status, "unknown", fallback, null, requestId, response.headers);
  }
}
