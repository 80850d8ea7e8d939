/**
 * Starts a clock. Returns a function that returns the milliseconds since the start.
 *
 * The function reads two clocks and returns the longer time. The first clock never goes back. The second clock also counts the time in which
 * the machine sleeps.
 */
export function startClock(): () => number {
  const [ticks, time] = [performance.now(), Date.now()];
  return () => Math.max(performance.now() - ticks, Date.now() - time);
}
