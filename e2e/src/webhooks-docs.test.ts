import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Webhook } from "standardwebhooks";
import { expect, it, onTestFinished } from "vitest";
import { freePort } from "./testing/free-port.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const page = readFileSync(join(ROOT, "docs/webhooks.md"), "utf8");

it("the code in docs/webhooks.md verifies the requests of the service", async () => {
  const [, code = ""] = /```js\n\/\/ receiver\.mjs\n(.*?)```/s.exec(page) ?? [];
  const folder = mkdtempSync(join(tmpdir(), "valetkey-webhooks-"));
  writeFileSync(join(folder, "receiver.mjs"), code);
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const secret = `whsec_${randomBytes(32).toString("base64")}`;
  const port = await freePort("127.0.0.1");
  const env = { ...process.env, WEBHOOK_SECRET: secret, PORT: String(port) };
  const receiver = spawn(process.execPath, ["receiver.mjs"], { cwd: folder, env });
  onTestFinished(() => {
    receiver.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });
  let output = "";
  receiver.stdout.on("data", (chunk) => {
    output += String(chunk);
  });
  const [, example = "{}"] = /```json\n(.*?)```/s.exec(page) ?? [];
  const send = (body: string) => {
    const [id, now] = ["0190-upload-ready", new Date()];
    const signature = new Webhook(secret).sign(id, now, example);
    const timestamp = String(Math.floor(now.getTime() / 1000));
    const headers = { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature };
    return fetch(`http://127.0.0.1:${port}/`, { method: "POST", body, headers }).then(({ status }) => status);
  };
  await expect.poll(() => send(example).catch(() => 0)).toBe(204);
  expect(await send(example)).toBe(204);
  expect(await send(`${example} `)).toBe(401);
  await expect.poll(() => output).toMatch(/^upload\.ready \{"noteId":/);
  expect(output.trim().split("\n")).toHaveLength(1);
});
