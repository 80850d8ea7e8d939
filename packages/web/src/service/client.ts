import { createCalls, ValetKeyError } from "@valetkey/client";

let isLeaving = false;
addEventListener("pagehide", () => {
  isLeaving = true;
});
addEventListener("pageshow", () => {
  isLeaving = false;
});

const refusedTo = new Set<(status: number) => void>();

/** Calls back whenever nobody is signed in (401), or something is refused or gone (403, 404): what the page shows is old. */
export function onRefused(callback: (status: number) => void): void {
  refusedTo.add(callback);
}

/** What browsers send after the page is gone, at the most: a larger one they would refuse at once. Bytes. Source: Fetch, "HTTP-network-or-cache fetch". */
const OUTLIVES_BYTES = 60_000;

const outlives = (body: unknown): boolean =>
  body === undefined || (typeof body === "string" && new Blob([body]).size <= OUTLIVES_BYTES);

/** What is sent while the page goes away is sent all the same: a deletion that could no longer be undone, for instance. */
const watchedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, isLeaving && outlives(init?.body) ? { ...init, keepalive: true } : init);
  const { status, url } = response;
  // What the bucket refuses is an address that is over, and signed anew.
  const isRefused = (status === 401 || status === 403 || status === 404) && new URL(url).origin === location.origin;
  if (isRefused) for (const tell of refusedTo) tell(status);
  return response;
};

/** The service that this page came from; the session cookie says who is calling. */
export const service = { baseUrl: location.origin, fetch: watchedFetch };

/** All that is asked of it; files are moved by `transfers`. */
export const client = createCalls(service);

/** Whether the failure is the one of this code. */
export function hasCode(error: unknown, code: ValetKeyError["code"]): error is ValetKeyError {
  return error instanceof ValetKeyError && error.code === code;
}
