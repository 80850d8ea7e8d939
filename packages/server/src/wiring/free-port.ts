import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * The range of ports that are tried. A lower port may need a permission. From 32,768, the operating system assigns ports to other programs.
 */
const RANGE = { from: 20_000, below: 32_768 };
const ATTEMPTS = 100;

/** A port that no other program can use until the caller calls `release`. */
export type ReservedPort = { port: number; release(): Promise<void> };

/** Finds a free TCP port. After a hundred failed attempts, throws the error of the last attempt. */
export async function freePort(host: string): Promise<number> {
  const { port, release } = await reservePort(host);
  await release();
  return port;
}

/**
 * Finds a free port as `freePort` does, and listens on this port until the call of `release`, so that no other program can take the port.
 */
export async function reservePort(host: string): Promise<ReservedPort> {
  for (let attempt = 1; ; attempt += 1) {
    const port = randomInt(RANGE.from, RANGE.below);
    const probe = createServer().listen(port, host);
    try {
      await once(probe, "listening");
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      continue;
    }
    return {
      port,
      async release() {
        if (!probe.listening) return;
        probe.close();
        await once(probe, "close");
      },
    };
  }
}
