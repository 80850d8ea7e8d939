/** The clock of the service is ahead of the clock of this machine by this time, or by up to a second more. Milliseconds. */
let offsetMs = 0;
/** The `Date` header has whole seconds, rounded down. Milliseconds. */
const STEP_MS = 1_000;

/** Reads the time of the service from a response, because the clock of this machine can be wrong by hours. */
export function readServiceTime(headers: Headers): void {
  const time = Date.parse(headers.get("date") ?? "");
  if (Number.isFinite(time)) offsetMs = time - Date.now();
}

/** The current instant by the clock of the service, or up to a second before it. Milliseconds since the epoch. */
export const earliestServiceNow = (): number => Date.now() + offsetMs;

/** The current instant by the clock of the service, or up to a second after it. Milliseconds since the epoch. */
export const latestServiceNow = (): number => earliestServiceNow() + STEP_MS;
