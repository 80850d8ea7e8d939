import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";

const module = join(import.meta.dirname, "free-port.ts");
const script = `
const { freePort } = await import(${JSON.stringify(module)});
const ports = [];
for (let i = 0; i < 20; i += 1) ports.push(await freePort("127.0.0.1"));
console.log(JSON.stringify(ports));
await new Promise((resolve) => process.stdin.on("end", resolve).resume());`;

it("two test runs on one machine get different ports", async () => {
  const ports = await Promise.all(
    Array.from({ length: 2 }, async () => {
      const run = spawn(process.execPath, ["--input-type=module", "--eval", script], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      onTestFinished(async () => {
        run.stdin.end();
        if (run.exitCode === null) await once(run, "exit");
      });
      const [line] = await once(run.stdout, "data");
      return JSON.parse(String(line)) as number[];
    }),
  );
  const [one, other] = ports.map((each) => new Set(each));
  expect([...(one ?? [])].filter((port) => other?.has(port))).toEqual([]);
});
