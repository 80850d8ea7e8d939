import { Writable } from "node:stream";
import pino from "pino";

/** Creates a logger whose lines a test can read. */
export function collectLines() {
  let lines = "";
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines += chunk;
      done();
    },
  });
  return { logger: pino({ level: "trace" }, stream), text: () => lines };
}
