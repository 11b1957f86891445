/* The one way to ask the server: our own host, the page's language, and an error a person can read. */

import { lang, say } from "./say";

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly reference: string | null = null,
    readonly told: Readonly<Record<string, unknown>> = {}, // what else the refusal names
    readonly errors: readonly WrongValue[] = [],
  ) {
    super(message);
  }

  /* Why, for a reader who sees the place: without the name that it has in what was sent. */
  get why(): string {
    return this.errors[0]?.detail ?? this.message;
  }
}

/* One wrong value of what was sent: where it stood, and why. */
export interface WrongValue {
  pointer: string;
  detail: string;
}

interface Problem {
  title?: string;
  detail?: string;
  instance?: string;
  errors?: WrongValue[];
}

/* An answer that went well; ApiError in a person's words for any other. */
export async function ask(
  url: string,
  options: {
    signal?: AbortSignal | undefined;
    accept?: string;
    method?: string;
    body?: string | FormData;
    headers?: Record<string, string>;
  } = {},
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: options.method ?? "GET",
      body: options.body ?? null,
      headers: {
        Accept: options.accept ?? "application/json",
        "Accept-Language": lang(),
        ...options.headers,
      },
      signal: options.signal ?? null,
      credentials: "same-origin",
    });
  } catch (error) {
    if ((error as Error).name === "AbortError") throw error;
    throw new ApiError(
      0,
      say(
        "لا اتصال بالخادم. تحقق من الشبكة ثم أعد المحاولة.",
        "No connection to the server. Check the network and try again.",
      ),
    );
  }
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as Problem;
  const detail = problem.detail ?? problem.title;
  const fallback = say(
    "لم يكتمل الطلب. أعد المحاولة بعد دقيقة.",
    "The request was not completed. Try again in a minute.",
  );
  throw new ApiError(
    response.status,
    typeof detail === "string" ? detail : fallback,
    problem.instance ?? null,
    { ...problem },
    Array.isArray(problem.errors) ? problem.errors : [],
  );
}

export async function getJson<T>(url: string, signal?: AbortSignal): Promise<T> {
  return (await (await ask(url, { signal })).json()) as T;
}

function cookie(name: string): string {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

/* Send a JSON body, or a form with a file, and read the JSON that is answered. */
export async function send<T>(
  method: "POST" | "PUT" | "DELETE",
  url: string,
  body: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const isForm = body instanceof FormData;
  const answered = await ask(url, {
    signal,
    method,
    body: isForm ? body : JSON.stringify(body),
    headers: {
      "X-CSRFToken": cookie("csrftoken"),
      ...(isForm ? {} : { "Content-Type": "application/json" }),
    },
  });
  return (answered.status === 204 ? undefined : await answered.json()) as T;
}

/* Only the newest answer counts: a second question cancels the first. */
export function latest(): <T>(ask: (signal: AbortSignal) => Promise<T>) => Promise<T> {
  let current: AbortController | null = null;
  return (ask) => {
    current?.abort();
    current = new AbortController();
    return ask(current.signal);
  };
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
