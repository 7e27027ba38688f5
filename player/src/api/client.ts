/** The one place that talks HTTP to the server: cookies, the CSRF header, problem+json, and signing out when the session ended. */
export class ApiError extends Error {
  constructor(readonly status: number, readonly code: string, message: string, readonly retryAfterS: number | null = null) {
    super(message);
  }
}

let signedOut: () => void = () => undefined;
export function whenSignedOut(hear: () => void): void { signedOut = hear; }

export function csrf(): string {
  const found = /(?:^|;\s*)csrf=([^;]*)/.exec(document.cookie);
  return found?.[1] ? decodeURIComponent(found[1]) : '';
}

export type Query = Record<string, string | number | boolean | null | undefined>;
export interface Call { query?: Query; body?: unknown; signal?: AbortSignal; keepalive?: boolean }

function addressOf(path: string, query?: Query): string {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== null && value !== undefined && value !== '');
  const text = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString();
  return text ? `${path}?${text}` : path;
}

async function problemOf(answer: Response): Promise<ApiError> {
  let code = 'http_' + String(answer.status);
  let message = '';
  try {
    const said = (await answer.json()) as { code?: string; detail?: string; title?: string; error?: { message?: string } | string };
    code = said.code ?? code;
    message = said.detail ?? (typeof said.error === 'object' ? said.error.message : said.error) ?? said.title ?? '';
  } catch { /* not JSON: the status says enough */ }
  const retry = Number(answer.headers.get('Retry-After'));
  return new ApiError(answer.status, code, message || `The server answered ${String(answer.status)}.`, Number.isFinite(retry) && retry > 0 ? retry : null);
}

export async function call<T>(method: string, path: string, { query, body, signal, keepalive }: Call = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET') headers['X-CSRF-Token'] = csrf();
  let answer: Response;
  try {
    answer = await fetch(addressOf(path, query), {
      method, headers, credentials: 'same-origin', ...(signal ? { signal } : {}), ...(keepalive ? { keepalive } : {}),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'unreachable', 'The server cannot be reached.');
  }
  if (answer.status === 401 && path !== '/api/session' && path !== '/api/welcome') signedOut();
  if (!answer.ok) throw await problemOf(answer);
  const text = await answer.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> =>
  call<T>('GET', path, { ...(query ? { query } : {}), ...(signal ? { signal } : {}) });
export const post = <T = void>(path: string, body?: unknown): Promise<T> => call<T>('POST', path, { body: body ?? {} });
export const put = <T = void>(path: string, body?: unknown, query?: Query): Promise<T> => call<T>('PUT', path, { body: body ?? {}, ...(query ? { query } : {}) });
export const patch = <T = void>(path: string, body: unknown): Promise<T> => call<T>('PATCH', path, { body });
export const del = <T = void>(path: string, body?: unknown, query?: Query): Promise<T> => call<T>('DELETE', path, { ...(body === undefined ? {} : { body }), ...(query ? { query } : {}) });
