import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { engines } from "../../packages/server/src/testing/database/test-databases.ts";
import { useService } from "../../packages/server/src/testing/use-service.ts";
import { createVisitor, insertRequest } from "../../packages/server/src/testing/visitor.ts";

const PAGE = resolve(import.meta.dirname, "../../docs/file-requests.md");
const [engine] = engines;
if (engine === undefined) throw new Error("there is no engine");

describe("requirement 37: docs/file-requests.md", () => {
  const service = useService({ engine });

  /** Runs the script of docs/file-requests.md in a folder with the receipt and the public keys. Returns the output of the script. */
  async function check(receipt: object): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "valetkey-receipt-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const [, script = ""] = /```js\n([\s\S]*?)```/.exec(await readFile(PAGE, "utf8")) ?? [];
    await writeFile(join(folder, "check.mjs"), script);
    await writeFile(join(folder, "receipt.json"), JSON.stringify(receipt));
    await writeFile(join(folder, "keys.json"), (await service.anonymous.send("GET /receipts/key")).text);
    return (await promisify(execFile)(process.execPath, ["check.mjs"], { cwd: folder })).stdout.trim();
  }

  async function receive() {
    const noteId = (await service.as("ann").send("POST /notes", { json: { title: "Files" } })).body.id;
    const { token } = await insertRequest(service, { noteId, ownerId: "ann" });
    const visitor = createVisitor(service.app, token);
    const { uploadId } = await visitor.sendFile("hello", { filename: "passport.txt" });
    return (await visitor.send(`GET /receipts/${uploadId}`)).body;
  }

  it("the script in docs/file-requests.md prints what a receipt states", async () => {
    const printed = JSON.parse(await check(await receive()));
    expect(printed).toMatchObject({ filename: "passport.txt", sizeBytes: 5 });
    const [, shown = "{}"] = /```json\n([\s\S]*?)```/.exec(await readFile(PAGE, "utf8")) ?? [];
    expect(Object.keys(printed)).toEqual(Object.keys(JSON.parse(shown)));
  });

  it("the script in docs/file-requests.md refuses a changed receipt", async () => {
    const receipt = await receive();
    const changed = { ...receipt, statement: receipt.statement.replace("passport", "contract") };
    expect(await check(changed)).toBe("This receipt is not valid.");
  });
});
