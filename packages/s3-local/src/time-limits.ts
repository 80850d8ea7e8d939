export const IDLE_TIMEOUT_MS = 120_000;
export const KEEP_ALIVE_TIMEOUT_MS = 65_000;
// Most requests finish within this time. Service managers wait longer before they kill the process.
export const CLOSE_GRACE_MS = 8_000;
export const CLOSE_IDLE_INTERVAL_MS = 50;
// Must stay below LATE_PUT_GRACE_MS of the service, which counts a deleted file for that long after its URL expires.
// The difference is the time to store the body.
export const LATE_BODY_MS = 240_000;
