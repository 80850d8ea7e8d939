import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/** Above what needs permission, below what a system gives out by itself (from 32,768 on): nobody else gets it before it is listened on. */
const RANGE = { from: 20_000, below: 32_768 };
const ATTEMPTS = 100;

/** A TCP port that nobody listened on a moment ago. Throws what listening says when a hundred were taken. */
export async function freePort(host: string): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const port = randomInt(RANGE.from, RANGE.below);
    const probe = createServer().listen(port, host);
    try {
      await once(probe, "listening");
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      continue;
    }
    probe.close();
    await once(probe, "close");
    return port;
  }
}
