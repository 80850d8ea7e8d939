import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createClient } from "../../packages/client/src/index.ts";
import { signTestJwt } from "../../packages/server/src/testing/auth/test-jwt.ts";
import { type Application, startApplication } from "./embedding/start-application.ts";
import { makePlace, type Place, type RunningService, startProcess } from "./testing/service.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");

/** The exports that a new developer calls first. Each of these exports must have an example in its doc comment. */
const ENTRY_POINTS: Record<string, readonly string[]> = {
  presign: ["createPresigner", "createCloudFrontSigner", "createVerifier", "parseS3Url"],
  contract: ["problems", "pageOf", "StartUploadBody"],
  client: [
    "createClient",
    "createCalls",
    "openLink",
    "openFiles",
    "fileStore",
    "openFile",
    "saveIn",
    "pathOf",
    "createUniqueNames",
  ],
  "s3-local": ["startS3Local"],
};

type Example = { name: string; code: string };

const DOCUMENTED = /\/\*\*((?:(?!\*\/).)*)\*\/\s*export (?:async )?(?:function|const) (\w+)/gs;
const FENCED = /@example\s+```ts\n(.*?)```/gs;
const PRINTED = /^ *console\.log\(.*\); \/\/ (.*)$/gm;

function examplesOf(packageName: string): Example[] {
  const folder = join(ROOT, "packages", packageName, "src");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  return files.flatMap((file) => readExamples(readFileSync(join(folder, file), "utf8")));
}

function readExamples(source: string): Example[] {
  return [...source.matchAll(DOCUMENTED)].flatMap(([, comment = "", name = ""]) => {
    const text = comment.replace(/^ *\* ?/gm, "");
    return [...text.matchAll(FENCED)].map(([, code = ""]) => ({ name, code }));
  });
}

const examples = Object.keys(ENTRY_POINTS).flatMap(examplesOf);

describe("every entry point of a package", () => {
  it.each(Object.entries(ENTRY_POINTS))(
    "the doc comment of each entry point of the package %s has an example",
    (packageName, names) => {
      const documented = examplesOf(packageName).map(({ name }) => name);
      expect(documented).toEqual(expect.arrayContaining([...names]));
    },
  );
});

/** Makes a link to a file of five bytes. Returns the token of the link. */
async function makeLink(baseUrl: string): Promise<string> {
  const client = createClient({ baseUrl, token: await signTestJwt({ sub: "ann" }) });
  const { id } = await client.notes.create({ title: "Files of a link" });
  await client.upload(id, new File(["hello"], "hello.txt", { type: "text/plain" })).done;
  return (await client.links.create(id)).url.split("/").at(-1) as string;
}

describe("the examples in doc comments", () => {
  let place: Place;
  let service: RunningService;
  let application: Application;
  let folder: string;
  let linkToken: string;

  beforeAll(async () => {
    place = await makePlace();
    service = await startProcess(place);
    application = await startApplication({ may: () => true });
    linkToken = await makeLink(service.url);
    folder = await mkdtemp(join(tmpdir(), "valetkey-examples-"));
    await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
    await writeFile(join(folder, "package.json"), '{"type":"module"}');
    const config = { extends: join(ROOT, "tsconfig.json"), include: ["*.ts"] };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
    for (const { name, code } of examples) await writeFile(join(folder, `${name}.ts`), code);
  });

  afterAll(async () => {
    await service.stop();
    await application.close();
    await Promise.all([place.remove(), rm(folder, { recursive: true })]);
  });

  async function run(args: string[]): Promise<string> {
    const env = { ...process.env, VALETKEY_TOKEN: await signTestJwt({ sub: "ann" }) };
    return promisify(execFile)(process.execPath, args, { cwd: folder, env }).then(
      ({ stdout }) => stdout,
      ({ stdout, stderr }) => Promise.reject(new Error(`${stdout}${stderr}`)),
    );
  }

  it("the examples in doc comments pass the type check", () => run([TSC, "--noEmit", "-p", "tsconfig.json"]));

  it.each(examples)("the example of $name prints the output that its comments show", async ({ name, code }) => {
    const file = join(folder, `${name}.ts`);
    const realCode = code
      .replaceAll("https://files.example.com", service.url)
      .replaceAll("https://app.example.com/files", application.url)
      .replaceAll("the-token-of-the-link", linkToken);
    await writeFile(file, realCode);
    const expected = [...code.matchAll(PRINTED)].map(([, text]) => `${text}\n`);
    expect(await run([file])).toBe(expected.join(""));
  });
});
