import { randomFillSync } from "node:crypto";

const POOL_BYTES = 8_000;
const RANDOM_BYTES = 10;

/** Makes a function that returns UUIDv7s. The random bytes come from a pool that one system call fills for many UUIDs. */
export function createIds(): (now: number) => string {
  const pool = Buffer.alloc(POOL_BYTES);
  let position = POOL_BYTES;
  return (now) => {
    if (position >= POOL_BYTES) {
      randomFillSync(pool);
      position = 0;
    }
    const random = pool.toString("hex", position, position + RANDOM_BYTES);
    position += RANDOM_BYTES;
    const time = now.toString(16).padStart(12, "0");
    return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-8${random.slice(3, 6)}-${random.slice(6, 18)}`;
  };
}
