/** How far the clock of the service is ahead of this machine. Milliseconds. */
let offsetMs = 0;

/** Learns the time of the service from a response. The clock of a machine can be wrong by hours. */
export function readServiceTime(headers: Headers): void {
  const time = Date.parse(headers.get("date") ?? "");
  // The header has whole seconds, rounded down. Nothing seems to live longer than it does.
  if (Number.isFinite(time)) offsetMs = time + 999 - Date.now();
}

/** The current instant by the clock of the service, to about a second. Milliseconds since the epoch. */
export const serviceNow = (): number => Date.now() + offsetMs;
