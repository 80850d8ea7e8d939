const POOL_BYTES = 4_096;

type Random = (bytes: number) => Uint8Array;

/**
 * Generates random bytes before they are needed, many at a time. To generate random bytes for each id separately would take more time than
 * the rest of the id. No byte is used twice.
 */
export function drawnAhead(random: Random): Random {
  let pool = random(POOL_BYTES);
  let used = 0;
  return (bytes) => {
    if (bytes > POOL_BYTES) return random(bytes);
    if (used + bytes > POOL_BYTES) {
      pool = random(POOL_BYTES);
      used = 0;
    }
    used += bytes;
    return pool.subarray(used - bytes, used);
  };
}
