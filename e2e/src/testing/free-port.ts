import { once } from "node:events";
import { createServer } from "node:net";

/**
 * The first port for tests. All test ports are between 11,000 and 20,000, because browsers refuse port 10,080, and services pick ports from
 * 20,000 on.
 */
const FIRST = 11_000;
const BLOCKS = 37;
const PORTS_OF_A_BLOCK = 240;
/** The distance between two ports. Each process of a service may also listen on one of the next ports. */
const STEP = 4;

let block: Promise<number> | undefined;
let given = 0;

/**
 * Finds a free TCP port. Each process has its own block of ports, so that no other test takes the port in the meantime, also not a test of
 * another run.
 */
export async function freePort(host: string): Promise<number> {
  block ??= claimBlock();
  const first = await block;
  for (let attempt = 1; ; attempt += 1) {
    given += 1;
    const port = first + ((given * STEP) % PORTS_OF_A_BLOCK);
    const probe = createServer().listen(port, host);
    try {
      await once(probe, "listening");
    } catch (error) {
      if (attempt * STEP > PORTS_OF_A_BLOCK) throw error;
      continue;
    }
    probe.close();
    await once(probe, "close");
    return port;
  }
}

/** Listens on the first port of a block until the process ends, so that no other process takes the block. Returns this port. */
async function claimBlock(): Promise<number> {
  for (let nth = 0; nth < BLOCKS; nth += 1) {
    const port = FIRST + nth * PORTS_OF_A_BLOCK;
    const guard = createServer().listen(port, "127.0.0.1").unref();
    try {
      await once(guard, "listening");
      return port;
    } catch {}
  }
  throw new Error("All blocks of test ports are in use.");
}
