import { createClient, ValetKeyError } from "@valetkey/client";

let isLeaving = false;
addEventListener("pagehide", () => {
  isLeaving = true;
});
addEventListener("pageshow", () => {
  isLeaving = false;
});

/** What is sent while the page goes away is sent all the same: a deletion that could no longer be undone, for instance. */
const keptFetch: typeof fetch = (input, init) => fetch(input, isLeaving ? { ...init, keepalive: true } : init);

/** The service that this page came from; the session cookie says who is calling. */
export const client = createClient({ baseUrl: location.origin, fetch: keptFetch });

/** Whether the failure is the one of this code. */
export function hasCode(error: unknown, code: ValetKeyError["code"]): error is ValetKeyError {
  return error instanceof ValetKeyError && error.code === code;
}
