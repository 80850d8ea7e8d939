export const IDLE_TIMEOUT_MS = 120_000;
/** Longer than the idle timeouts of common proxies, so that the proxy closes the connection first. Caddy waits for 120 seconds. */
export const KEEP_ALIVE_TIMEOUT_MS = 130_000;
// Most requests finish within this time. A service manager kills the process only later.
export const CLOSE_GRACE_MS = 8_000;
export const CLOSE_IDLE_INTERVAL_MS = 50;
// Must be less than LATE_PUT_GRACE_MS of the service. The service counts a deleted file until LATE_PUT_GRACE_MS after its URL expires.
// The difference between the two times is for storing the body.
export const LATE_BODY_MS = 240_000;
