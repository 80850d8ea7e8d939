import { once } from "node:events";
import { createServer } from "node:net";

/** Services choose their ports from 20,000. Browsers refuse 10,080. */
const FIRST = 11_000;
const PORTS_OF_A_WORKER = 1_000;
const WORKERS = 9;
/** A service may also listen on the next ports, one for each of its processes. */
const STEP = 4;

const worker = Number(process.env.VITEST_POOL_ID ?? 0) % WORKERS;
let given = 0;

/**
 * Finds a free TCP port. Up to nine workers of the tests have separate ports. So nobody else takes the port before the caller, or the
 * service that the caller starts, listens on it.
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
