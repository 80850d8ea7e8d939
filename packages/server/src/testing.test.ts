import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import type { User, ValetKeyOptions } from "./index.ts";
import { openTestFiles } from "./testing.ts";
import { collectLines } from "./wiring/embedding/testing/collect-lines.ts";

const ann = { id: "ann" };
const ben = { id: "ben" };
const invoice = { resource: "invoice", itemId: "42" };
const logger = pino({ level: "silent" });

async function open(options: Partial<ValetKeyOptions<User>> = {}) {
  const resources = { invoice: { may: ({ id }: User) => id === "ann" } };
  const opened = await openTestFiles({ logger, resources, ...options });
  onTestFinished(opened.close);
  return opened;
}

describe("openTestFiles", () => {
  it("uploadFile stores a file in the bucket, and returns the verified file", async () => {
    const { files, uploadFile } = await open();
    const file = await uploadFile(ann, invoice, { filename: "plan.txt", body: "the plan" });
    expect(file).toMatchObject({ filename: "plan.txt", contentType: "text/plain", state: "ready", createdBy: "ann" });
    const { url } = await files.issueUrl(ann, file.id);
    expect(await (await fetch(url)).text()).toBe("the plan");
  });

  it("uploadFile refuses an unknown option, and suggests a similar option", async () => {
    const { uploadFile } = await open();
    const file = { contentTyp: "text/plain", body: "x" };
    await expect(uploadFile(ann, invoice, file)).rejects.toThrow(
      'unknown option "contentTyp", did you mean "contentType"?',
    );
  });

  it("a test visitor of a link has an IP address in requests to files.fetch", async () => {
    const lines = collectLines();
    const { files, uploadFile } = await open({
      logger: lines.logger,
      links: {
        secret: "a secret of the tests with 32 letters",
        baseUrl: "https://a.example/files",
        findUser: () => ann,
      },
    });
    await uploadFile(ann, invoice, { body: "x" });
    const { token } = await files.asApplication.createLink(invoice);
    expect((await files.fetch(new Request(`https://a.example/files/public/links/${token}`))).status).toBe(200);
    expect(lines.text()).not.toContain("share one limit");
  });

  it("uploadFile rejects with access_denied if `may` refuses the user", async () => {
    const { uploadFile } = await open();
    await expect(uploadFile(ben, invoice, { body: "x" })).rejects.toMatchObject({ code: "access_denied" });
  });

  it("uploadFile rejects with upload_rejected if the bytes contradict their type", async () => {
    const { uploadFile } = await open();
    const file = { filename: "a.png", contentType: "image/png", body: "no picture" };
    await expect(uploadFile(ann, invoice, file)).rejects.toMatchObject({ code: "upload_rejected" });
  });

  it("uploadFile refuses a file of more than 64 MiB, and recommends files.attach", async () => {
    const { uploadFile } = await open();
    const body = new Blob([Buffer.alloc(64 * 1024 * 1024 + 1)]);
    await expect(uploadFile(ann, invoice, { body })).rejects.toThrow("files.attach");
  });

  it("clock.advance lets URLs and uploads expire", async () => {
    const { files, uploadFile, clock, runHooks } = await open();
    const { id } = await uploadFile(ann, invoice, { body: "the plan" });
    const { url, expiresAt } = await files.issueUrl(ann, id);
    expect((await fetch(url)).status).toBe(200);
    clock.advance({ minutes: 2 });
    expect(clock.now().getTime()).toBeGreaterThan(expiresAt.getTime());
    expect((await fetch(url)).status).toBe(403);
    const again = await files.issueUrl(ann, id);
    expect((await fetch(again.url)).status).toBe(200);

    const send = async (path: string, json = {}) => {
      const headers = { "content-type": "application/json", "x-test-user": "ann" };
      const request = new Request(`http://localhost/files${path}`, {
        method: "POST",
        headers,
        body: JSON.stringify(json),
      });
      return (await (await files.fetch(request)).json()) as { upload: { id: string }; code?: string };
    };
    const { upload } = await send("/invoice/42/uploads", { filename: "a", contentType: "text/plain", sizeBytes: 1 });
    clock.advance({ days: 2 });
    await runHooks();
    expect(await send(`/uploads/${upload.id}/complete`)).toMatchObject({ code: "upload_not_pending" });
  });

  it("clock.advance refuses a wrong time span with a TypeError", async () => {
    const { clock } = await open();
    for (const span of [{}, { minutes: -1 }, { minutes: Number.NaN }, { weeks: 1 }, undefined]) {
      expect(() => clock.advance(span as object), JSON.stringify(span)).toThrow(TypeError);
    }
  });

  it("runHooks calls each due hook once, including onRemoved and onDownload", async () => {
    const calls: string[] = [];
    const hook = (name: string) => () => calls.push(name);
    const names = ["onReady", "onRejected", "onRemoved", "onDownload"];
    const hooks = Object.fromEntries(names.map((name) => [name, hook(name)]));
    const { files, uploadFile, clock, runHooks } = await open({
      resources: { invoice: { may: () => true, ...hooks } },
    });
    const { id } = await uploadFile(ann, invoice, { body: "the plan" });
    const wrong = { filename: "a.png", contentType: "image/png", body: "no picture" };
    await uploadFile(ann, invoice, wrong).catch(() => undefined);
    await runHooks();
    expect(calls.splice(0).toSorted()).toEqual(["onReady", "onRejected"]);
    await files.issueUrl(ann, id);
    clock.advance({ seconds: 31 });
    await runHooks();
    expect(calls.splice(0)).toEqual(["onDownload"]);
    await files.remove(ann, id);
    await runHooks();
    expect(calls.splice(0)).toEqual(["onRemoved"]);
  });

  it("runHooks rejects with the error of a hook, and repeats the call when it is due", async () => {
    const attempts: number[] = [];
    const may = () => true;
    const { uploadFile, clock, runHooks } = await open({
      resources: {
        invoice: {
          may,
          onReady(_file, _itemId, { attempt }) {
            attempts.push(attempt);
            if (attempt === 1) throw new Error("the ledger is closed");
          },
        },
      },
    });
    await uploadFile(ann, invoice, { body: "the plan" });
    await expect(runHooks()).rejects.toThrow("the ledger is closed");
    await runHooks();
    clock.advance({ minutes: 1 });
    await runHooks();
    expect(attempts).toEqual([1, 2]);
  });

  it("openTestFiles without options permits all users to use the resource `item`", async () => {
    const { files, uploadFile, close } = await openTestFiles();
    onTestFinished(close);
    await uploadFile(ben, { resource: "item", itemId: "a b/1" }, { body: "x" });
    const list = (headers: Record<string, string>) =>
      files.fetch(new Request("http://localhost/files/item/a%20b%2F1", { headers }));
    expect((await list({})).status).toBe(401);
    const response = await list({ "x-test-user": "ben" });
    expect(await response.json()).toMatchObject({ items: [{ filename: "file.txt" }] });
  });

  it("openTestFiles ignores the options `bucket` and `database` of an application", async () => {
    const { files, uploadFile } = await open({
      bucket: { name: "production", region: "eu-central-1", endpoint: "http://127.0.0.1:9" },
      database: "postgres://127.0.0.1:9/production",
      basePath: "/api/files",
      user: () => ben,
    });
    const { id, createdBy } = await uploadFile(ann, invoice, { body: "x" });
    expect(createdBy).toBe("ann");
    expect((await files.fetch(new Request(`http://localhost/api/files/files/${id}/url`))).status).toBe(403);
  });

  it("uploadFile works in test runners with their own class Error, such as Jest", async () => {
    vi.stubGlobal("Error", class extends Error {});
    onTestFinished(() => void vi.unstubAllGlobals());
    const { uploadFile } = await open();
    expect(await uploadFile(ann, invoice, { body: "x" })).toMatchObject({ state: "ready" });
  });

  it("two services from openTestFiles share no files", async () => {
    const [one, other] = await Promise.all([open(), open()]);
    await one.uploadFile(ann, invoice, { body: "x" });
    expect((await other.files.list(ann, invoice)).files).toEqual([]);
  });

  it("openTestFiles leaves no files on the disk after `close` or a failed start", async () => {
    const folder = await mkdtemp(join(tmpdir(), "valetkey-folder-"));
    vi.stubEnv("TMPDIR", folder);
    onTestFinished(() => rm(folder, { recursive: true }));
    onTestFinished(() => void vi.unstubAllEnvs());
    const { files, uploadFile, close } = await open();
    const { id } = await uploadFile(ann, invoice, { body: "x" });
    const { url } = await files.issueUrl(ann, id);
    expect(await readdir(folder)).toHaveLength(1);
    await close();
    await close();
    await expect(fetch(url)).rejects.toThrow();
    await expect(openTestFiles({ trashDays: -1 })).rejects.toThrow("trashDays");
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("the example of docs/embedding.md", () => {
  const root = resolve(import.meta.dirname, "../../..");
  let folder: string;
  let example: string;
  let page: string;
  beforeAll(async () => {
    page = await readFile(join(root, "docs/embedding.md"), "utf8");
    [, example = ""] = /^## Test your application$.*?^```js$\n(.*?)^```$/ms.exec(page) ?? [];
    folder = await mkdtemp(join(tmpdir(), "valetkey-example-"));
    await mkdir(join(folder, "node_modules/@valetkey"), { recursive: true });
    await symlink(join(root, "packages/server"), join(folder, "node_modules/@valetkey/server"));
    await symlink(join(root, "node_modules/vitest"), join(folder, "node_modules/vitest"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each([
    ["node:test", ["--test"], /pass 1\b/],
    ["Vitest", [join(root, "node_modules/vitest/vitest.mjs"), "run", "--root", "."], /1 passed/],
  ])("the example of docs/embedding.md runs with %s", async (runner, args, passed) => {
    const [, line = ""] = new RegExp(`^\\| ${runner} +\\| \`(.*?)\``, "m").exec(page) ?? [];
    expect(line).toContain("import");
    const file = `${runner.replace(":", "-")}.test.mjs`;
    await writeFile(join(folder, file), example.replace(/^import .* "node:test";$/m, line));
    // A test runner that runs in another test runner reads these variables.
    const env = Object.entries(process.env).filter(([name]) => !/^(?:NODE_TEST|VITEST)/.test(name));
    const { stdout } = await promisify(execFile)(process.execPath, [...args, file], {
      cwd: folder,
      env: { ...Object.fromEntries(env), NO_COLOR: "1" },
    });
    expect(stdout).toMatch(passed);
  });
});
