const DAY_MS = 86_400_000;
const SENT_AFTER_MIDNIGHT_MS = 6 * 3_600_000;

/**
 * Returns the instant of the next daily digest: the first 06:00 UTC that is at least a minute after `now`. Milliseconds since the epoch.
 */
export function nextDigestAt(now: number): number {
  const earliest = now + 60_000;
  return Math.ceil((earliest - SENT_AFTER_MIDNIGHT_MS) / DAY_MS) * DAY_MS + SENT_AFTER_MIDNIGHT_MS;
}
