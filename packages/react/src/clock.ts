/**
 * Starts a clock. The returned function returns the milliseconds since the start.
 *
 * It reads two clocks and returns the higher time. The first clock is never set back. The second clock also counts while the machine
 * sleeps.
 */
export function startClock(): () => number {
  const [ticks, time] = [performance.now(), Date.now()];
  return () => Math.max(performance.now() - ticks, Date.now() - time);
}
