import { useStore } from "@nanostores/react";
import { createCalls, ValetKeyError } from "@valetkey/client";
import { loadRareProblems } from "../texts/index.ts";
import { type Connection, createConnection } from "./connection.ts";
import { sendOnce } from "./send-once.ts";

export const connection = createConnection(navigator.onLine);
addEventListener("online", () => connection.setOnline(true));
addEventListener("offline", () => connection.setOnline(false));

/** Returns the state of the connection: whether the browser has a network, and whether the service responds. */
export function useConnection(): Connection {
  return useStore(connection.$state);
}

let isLeaving = false;
addEventListener("pagehide", () => {
  isLeaving = true;
});
addEventListener("pageshow", () => {
  isLeaving = false;
});

const refusalCallbacks = new Set<(status: number) => void>();

/** Calls `callback` after each response with the status 401, 403 or 404, because the page may then show outdated data. */
export function onRefused(callback: (status: number) => void): void {
  refusalCallbacks.add(callback);
}

/**
 * The maximum size in bytes of the body of a keepalive request. Browsers refuse larger bodies. Source: Fetch, "HTTP-network-or-cache
 * fetch".
 */
const KEEPALIVE_MAX_BYTES = 60_000;

const fitsKeepalive = (body: unknown): boolean =>
  body === undefined || (typeof body === "string" && new Blob([body]).size <= KEEPALIVE_MAX_BYTES);

/** Works like `fetch`. While the user closes the page, the request has `keepalive`, so that the service still saves the last change. */
const watchedFetch: typeof fetch = async (input, init) => {
  const isOwn = new URL(input instanceof Request ? input.url : input, location.origin).origin === location.origin;
  const sent = isLeaving && fitsKeepalive(init?.body) ? { ...init, keepalive: true } : init;
  const response = await fetch(input, sent).catch((error: unknown) => {
    if (isOwn && !isLeaving && init?.signal?.aborted !== true) connection.report(undefined);
    throw error;
  });
  const { status, headers } = response;
  // If the bucket refuses a request, only the URL has expired. So responses of the bucket do not count.
  if (!isOwn) return response;
  readServiceTime(headers);
  connection.report(status);
  const isRefused = status === 401 || status === 403 || status === 404;
  if (isRefused) for (const callback of refusalCallbacks) callback(status);
  if (!response.ok) await loadRareProblems();
  return response;
};

/** The service that sent this page. The session cookie identifies the user. */
export const service = { baseUrl: location.origin, fetch: sendOnce(watchedFetch) };

/** All calls of the service except uploads. */
export const client = createCalls(service);

export function hasCode(error: unknown, code: ValetKeyError["code"]): error is ValetKeyError {
  return error instanceof ValetKeyError && error.code === code;
}

/** How many milliseconds the clock of the service is ahead of the clock of this machine. The real difference is up to a second larger. */
let offsetMs = 0;
/** The precision of the header `Date` in milliseconds. The header has whole seconds, rounded down. */
const STEP_MS = 1_000;

/** The clock of this machine can be wrong by hours, so the page reads the time of the service from each response. */
function readServiceTime(headers: Headers): void {
  const time = Date.parse(headers.get("date") ?? "");
  if (Number.isFinite(time)) offsetMs = time - Date.now();
}

/** Returns the current instant of the service's clock, or up to a second before it, in milliseconds since the epoch. */
export const earliestServiceNow = (): number => Date.now() + offsetMs;

/** Returns the current instant of the service's clock, or up to a second after it, in milliseconds since the epoch. */
export const latestServiceNow = (): number => earliestServiceNow() + STEP_MS;
