import { once } from "node:events";
import { createServer } from "node:net";

/**
 * The first port for tests. All test ports are between 11,000 and 20,000, because browsers refuse port 10,080, and services pick ports from
 * 20,000 on.
 */
const FIRST = 11_000;
const PORTS_OF_A_WORKER = 1_000;
const WORKERS = 9;
/** The distance between two ports. Each process of a service may also listen on one of the next ports. */
const STEP = 4;

const worker = Number(process.env.VITEST_POOL_ID ?? 0) % WORKERS;
let given = 0;

/**
 * Finds a free TCP port. Each of up to nine test workers has its own range of ports, so that no other test takes the port in the meantime.
 */
export async function freePort(host: string): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const port = FIRST + worker * PORTS_OF_A_WORKER + ((given++ * STEP) % PORTS_OF_A_WORKER);
    const probe = createServer().listen(port, host);
    try {
      await once(probe, "listening");
    } catch (error) {
      if (attempt * STEP > PORTS_OF_A_WORKER) throw error;
      continue;
    }
    probe.close();
    await once(probe, "close");
    return port;
  }
}
