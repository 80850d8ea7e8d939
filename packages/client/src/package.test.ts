import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { bundleSize } from "../scripts/bundle-size.ts";

const PACKAGE = resolve(import.meta.dirname, "..");
const DIST = join(PACKAGE, "dist");
const { resolve: find } = createRequire(import.meta.url);
const TSC = join(dirname(find("typescript/package.json")), "bin/tsc");

/** Runs a Node program to its end. Rejects with its whole output when it fails. */
async function run(args: string[], { cwd = PACKAGE } = {}): Promise<string> {
  try {
    return (await promisify(execFile)(process.execPath, args, { cwd })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${stdout}\n${stderr}`, { cause: error });
  }
}

/** Makes a project of a user, with the package in its node_modules. */
async function project(source: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "valetkey-consumer-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, "node_modules/@valetkey"), { recursive: true });
  await symlink(DIST, join(folder, "node_modules/@valetkey/client"));
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  await writeFile(join(folder, "index.ts"), source);
  return folder;
}

describe("the published package", () => {
  beforeAll(() => run([join(PACKAGE, "scripts/build.ts")]));

  it("passes publint and @arethetypeswrong/cli", async () => {
    const { stdout } = await promisify(execFile)("npm", ["run", "check:package"], { cwd: PACKAGE });
    expect(stdout).toContain("All good!");
    expect(stdout).not.toMatch(/❌|💀|🐛/);
  });

  it("declares the types of the contract", async () => {
    const options = [
      "--noEmit",
      "--strict",
      "--exactOptionalPropertyTypes",
      "--module",
      "nodenext",
      "--target",
      "es2024",
    ];
    const reading = ["--allowImportingTsExtensions", "--skipLibCheck", "--ignoreConfig", "--types", "node"];
    await run([TSC, ...options, ...reading, join(PACKAGE, "scripts/wire.assert.ts")]);
    const asserted = await readFile(join(PACKAGE, "scripts/wire.assert.ts"), "utf8");
    const declared = await readFile(join(DIST, "wire.d.ts"), "utf8");
    const names = [...declared.matchAll(/^export type (\w+)/gm)].map(([, name = ""]) => name);
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !asserted.includes(`${name}: [contract.${name}, published.${name}]`))).toEqual([]);
  });

  it.each([
    ["of a page", ["--module", "esnext", "--moduleResolution", "bundler"]],
    ["of Node", ["--module", "nodenext"]],
  ])("type-checks in a strict project %s without other packages", async (_, options) => {
    const folder = await project(`
      import { createClient, memoryStore, ValetKeyError, type Attachment, type ErrorCode } from "@valetkey/client";
      const client = createClient({ baseUrl: "https://files.example.com", store: memoryStore() });
      export async function show(file: File): Promise<Attachment> {
        const upload = client.upload("note", file, { onProgress: ({ sentBytes, secondsLeft }) => console.log(sentBytes, secondsLeft) });
        try {
          return await upload.done;
        } catch (error) {
          const code: ErrorCode | undefined = error instanceof ValetKeyError ? error.code : undefined;
          if (code === "quota_exceeded" || code === "network") console.log(code);
          throw error;
        }
      }
      // @ts-expect-error an attachment is shared with viewers only
      client.shares.put({ attachmentId: "1" }, { emails: ["a@example.com"], role: "editor" });
      // @ts-expect-error there is no such code
      export const code: ErrorCode = "nonsense";
    `);
    const strict = [
      "--noEmit",
      "--strict",
      "--exactOptionalPropertyTypes",
      "--types",
      "",
      "--lib",
      "es2024,dom,dom.iterable,dom.asynciterable",
    ];
    await run([TSC, ...strict, "--target", "es2024", ...options, "index.ts"], { cwd: folder });
  });

  it("runs in Node without its sources", async () => {
    const folder = await project(`
      import { createClient } from "@valetkey/client";
      import { openFile } from "@valetkey/client/node";
      const file = await openFile("package.json");
      console.log(typeof createClient({ baseUrl: "http://localhost:3000", token: "t" }).upload, file.size);
    `);
    expect(await run(["index.ts"], { cwd: folder })).toBe("function 17\n");
  });
});

describe("the bundle of a page", () => {
  it("is less than 12 kB and contains only this package", async () => {
    const { gzipped, inputs } = await bundleSize('export * from "@valetkey/client"');
    expect(gzipped).toBeLessThan(12_000);
    expect(inputs.filter((path) => !path.includes("client/src/") && path !== "<stdin>")).toEqual([]);
  });

  it("contains no code of uploads and downloads for calls alone", async () => {
    const { gzipped, inputs } = await bundleSize('export { createCalls, ValetKeyError } from "@valetkey/client"');
    expect(inputs.length).toBeGreaterThan(5);
    expect(inputs.filter((path) => /client\/src\/(?:upload|download|platform|stores)/.test(path))).toEqual([]);
    expect(gzipped).toBeLessThan(3_000);
  });
});
