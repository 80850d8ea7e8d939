import { createCalls, ValetKeyError } from "@valetkey/client";
import { readServiceTime } from "./service-clock.ts";

let isLeaving = false;
addEventListener("pagehide", () => {
  isLeaving = true;
});
addEventListener("pageshow", () => {
  isLeaving = false;
});

const refusalCallbacks = new Set<(status: number) => void>();

/** Calls `callback` after each response with status 401, 403 or 404, because the page then shows outdated data. */
export function onRefused(callback: (status: number) => void): void {
  refusalCallbacks.add(callback);
}

/** Browsers refuse a keepalive request with a larger body. Bytes. Source: Fetch, "HTTP-network-or-cache fetch". */
const KEEPALIVE_MAX_BYTES = 60_000;

const fitsKeepalive = (body: unknown): boolean =>
  body === undefined || (typeof body === "string" && new Blob([body]).size <= KEEPALIVE_MAX_BYTES);

/** Requests of a page that is being closed use keepalive, for example a deletion that can no longer be undone. */
const watchedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, isLeaving && fitsKeepalive(init?.body) ? { ...init, keepalive: true } : init);
  const { status, url } = response;
  if (new URL(url).origin === location.origin) readServiceTime(response.headers);
  // A refusal of the bucket means an expired URL, which is signed again.
  const isRefused = (status === 401 || status === 403 || status === 404) && new URL(url).origin === location.origin;
  if (isRefused) for (const callback of refusalCallbacks) callback(status);
  return response;
};

/** The service that served this page. The session cookie identifies the user. */
export const service = { baseUrl: location.origin, fetch: watchedFetch };

/** All calls of the service, except uploads and downloads (`transfers`). */
export const client = createCalls(service);

export function hasCode(error: unknown, code: ValetKeyError["code"]): error is ValetKeyError {
  return error instanceof ValetKeyError && error.code === code;
}
