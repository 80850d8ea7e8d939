import { useStore } from "@nanostores/react";
import { createCalls, ValetKeyError } from "@valetkey/client";
import { loadRareProblems } from "../texts/index.ts";
import { type Connection, createConnection } from "./connection.ts";
import { sendOnce } from "./send-once.ts";

export const connection = createConnection(navigator.onLine);
addEventListener("online", () => connection.setOnline(true));
addEventListener("offline", () => connection.setOnline(false));

/** Returns whether the browser has a network, and whether the service responds. */
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

/** Calls `callback` after each response with status 401, 403 or 404, because such a response means that the page shows outdated data. */
export function onRefused(callback: (status: number) => void): void {
  refusalCallbacks.add(callback);
}

/** Browsers refuse a keepalive request with a larger body. Bytes. Source: Fetch, "HTTP-network-or-cache fetch". */
const KEEPALIVE_MAX_BYTES = 60_000;

const fitsKeepalive = (body: unknown): boolean =>
  body === undefined || (typeof body === "string" && new Blob([body]).size <= KEEPALIVE_MAX_BYTES);

/** `fetch` with keepalive while the page is being closed, so that the service still saves the last change of a text. */
const watchedFetch: typeof fetch = async (input, init) => {
  const isOwn = new URL(input instanceof Request ? input.url : input, location.origin).origin === location.origin;
  const sent = isLeaving && fitsKeepalive(init?.body) ? { ...init, keepalive: true } : init;
  const response = await fetch(input, sent).catch((error: unknown) => {
    if (isOwn && !isLeaving && init?.signal?.aborted !== true) connection.report(undefined);
    throw error;
  });
  const { status, headers } = response;
  // A refusal by the bucket means only that the URL has expired. So a response of the bucket does not count.
  if (!isOwn) return response;
  readServiceTime(headers);
  connection.report(status);
  const isRefused = status === 401 || status === 403 || status === 404;
  if (isRefused) for (const callback of refusalCallbacks) callback(status);
  if (!response.ok) await loadRareProblems();
  return response;
};

/** The service that served this page. The session cookie identifies the user. */
export const service = { baseUrl: location.origin, fetch: sendOnce(watchedFetch) };

/** All calls of the service, except uploads. */
export const client = createCalls(service);

export function hasCode(error: unknown, code: ValetKeyError["code"]): error is ValetKeyError {
  return error instanceof ValetKeyError && error.code === code;
}

/**
 * The time by which the clock of the service is ahead of the clock of this machine. The real value is up to a second larger. Milliseconds.
 */
let offsetMs = 0;
/** The `Date` header has whole seconds, rounded down. Milliseconds. */
const STEP_MS = 1_000;

/** The clock of this machine can be wrong by hours. So the page reads the time of the service from a response. */
function readServiceTime(headers: Headers): void {
  const time = Date.parse(headers.get("date") ?? "");
  if (Number.isFinite(time)) offsetMs = time - Date.now();
}

/** The current instant by the clock of the service, or up to a second before it. Milliseconds since the epoch. */
export const earliestServiceNow = (): number => Date.now() + offsetMs;

/** The current instant by the clock of the service, or up to a second after it. Milliseconds since the epoch. */
export const latestServiceNow = (): number => earliestServiceNow() + STEP_MS;
