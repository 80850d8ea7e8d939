import { SqliteThread } from "../../platform/database/sqlite/thread.ts";

// Closes a worker thread while a request still waits for its reply.
// Usage: node close-thread.child.ts
const echo = `
  import { parentPort } from "node:worker_threads";
  parentPort.on("message", (request) => {
    if (request === "close") parentPort.close();
    else parentPort.postMessage({ answer: request });
  });`;
const module = new URL(`data:text/javascript,${encodeURIComponent(echo)}`);
const thread = new SqliteThread<string, string>({ module, file: "", refusal: "refused" });
const answer = thread.request("hello");
await thread.close();
process.stdout.write(await answer);
