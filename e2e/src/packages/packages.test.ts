import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, parse } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { type BuildOptions, build as bundle } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { publint } from "publint";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import examples from "../../../examples/package.json" with { type: "json" };
import { publishedManifest, repositoryUrl } from "../../../release/manifest.ts";
import { PUBLISHED } from "../../../release/published.ts";
import { STAGE } from "../../../release/stage.ts";
import { apiAs } from "../testing/api.ts";
import { launchChromium } from "../testing/chromium.ts";
import { makePlace, startProcess } from "../testing/service.ts";
import {
  buildNextExample,
  type Example,
  isOurs,
  signIn,
  startDocumented,
  startExample,
  startNextExample,
} from "./example.ts";
import { build as buildFramework, start as startFramework } from "./frameworks/application.ts";
import { runChecks } from "./frameworks/checks.ts";
import { FRAMEWORKS } from "./frameworks/frameworks.ts";
import { install, nodeOf, type Project, packPackages, run, type Tarballs, TSC } from "./project.ts";

const PRESIGN = `
  const presigner = createPresigner({ bucket: "my-files", region: "eu-central-1" });
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  const { url } = presigner.presignGet({ key: "a.pdf", credentials, expiresInSeconds: 60, now: 0 });
  console.log(new URL(url).searchParams.get("X-Amz-Signature"));
`;

const PLAN = Buffer.from("the plan");
const DOT = Buffer.from("R0lGODdhAQABAIAAAP///////ywAAAAAAQABAAACAkQBADs=", "base64");

/** The tested Node.js versions, by major version. The service supports no version older than 22.20. */
const VERSIONS: [major: number, version: string][] = [
  [20, "20"],
  [22, "22.20.0"],
  [24, "24"],
];
const nodes = new Map<number, string>();
const node = (major: number): string => nodes.get(major) ?? "";
let tarballs: Tarballs;
let project: Project;
let browser: Browser;

beforeAll(async () => {
  const examplePackages = Object.keys(examples.dependencies).filter((name) => !isOurs(name));
  const packed = await mkdtemp(join(tmpdir(), "valetkey-packed-"));
  tarballs = await packPackages(packed);
  // Without @valetkey/react, because npm would also install React. The tests of @valetkey/react use other projects.
  const { react: _, ...others } = tarballs;
  project = await install([...Object.values(others), ...examplePackages, "@types/node@24"]);
  for (const [major, version] of VERSIONS) nodes.set(major, await nodeOf(version));
  browser = await launchChromium();
  return () => rm(packed, { recursive: true });
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await project?.remove();
});

const commandOf = ({ folder }: Project): string => join(folder, "node_modules/valetkey/bin/valetkey.js");

type Module = { name: string; source: string; folder?: string };

/** Writes a module into the project, runs the module, and returns the output. */
async function runModule(major: number, { name, source, folder = project.folder }: Module): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, source);
  return run(node(major), [path], { cwd: folder });
}

describe("the published packages", () => {
  it.each(PUBLISHED)("the published package %s passes publint and @arethetypeswrong/core", async (name) => {
    const tarball = new Uint8Array(await readFile(tarballs[name]));
    expect((await publint({ pack: { tarball: tarball.buffer }, strict: true })).messages).toEqual([]);
    const { exports = {} } = JSON.parse(await readFile(join(STAGE, name, "package.json"), "utf8"));
    if (!("." in exports)) return;
    const analysis = await checkPackage(createPackageFromTarballData(tarball));
    if (analysis.types === false) return expect.fail("the package has no types");
    // Ignores that the packages are ES modules, because Node.js can also load ES modules with `require`.
    expect(analysis.problems.filter(({ kind }) => kind !== "CJSResolvesToESM")).toEqual([]);
  });

  it.each(PUBLISHED)("the published package %s contains no sources and no tests", async (name) => {
    const files = await readdir(join(STAGE, name), { recursive: true });
    expect(files).toEqual(expect.arrayContaining(["package.json", "README.md", "LICENSE"]));
    expect(files.filter((path) => /(?<!\.d)\.ts$|\.test\.|\.suite\.|\/testing[/.]|\/test-/.test(path))).toEqual([]);
  });

  it("the package valetkey contains the licenses of all bundled packages and fonts", async () => {
    const text = await readFile(join(STAGE, "valetkey/dist/web/THIRD-PARTY-LICENSES.txt"), "utf8");
    const entries = new Map(text.split(/\n-{80}\n\n/).map((entry) => [entry.split(" ", 1)[0], entry]));
    const sources = [
      "@fontsource-variable/geist",
      "client-zip",
      "lucide-react",
      "marked",
      "pdfjs-dist",
      "react-dom",
      "tailwindcss",
    ];
    expect([...entries.keys()]).toEqual(expect.arrayContaining(sources));
    for (const [name, entry] of entries) expect(entry, `the license text of ${name}`).toMatch(/copyright|permission/i);
    expect(entries.get("@fontsource-variable/geist")).toContain("SIL OPEN FONT LICENSE");
    // pdf.js contains fonts and decoders with separate licenses.
    for (const part of ["Liberation", "OpenJPEG", "JBIG2"])
      expect(entries.get("pdfjs-dist")).toMatch(new RegExp(part, "i"));
  });

  it.each(PUBLISHED)("the published package.json of %s has the repository of the release workflow", async (name) => {
    const source = JSON.parse(
      await readFile(join(import.meta.dirname, "../../../packages", name, "package.json"), "utf8"),
    );
    const workflow = { GITHUB_SERVER_URL: "https://github.com", GITHUB_REPOSITORY: "someone/valet-key" };
    const given = { folder: `packages/${name}`, repository: repositoryUrl(workflow) };
    expect(publishedManifest(source, given).repository).toEqual({
      type: "git",
      url: "git+https://github.com/someone/valet-key.git",
      directory: `packages/${name}`,
    });
    expect(publishedManifest(source, { ...given, repository: repositoryUrl({}) })).not.toHaveProperty("repository");
  });

  it("the published packages do not depend on the build tools of the web app", async () => {
    const installed = await readdir(join(project.folder, "node_modules"));
    expect(installed).toContain("valetkey");
    expect(
      installed.filter((name) => ["vite", "tailwindcss", "react", "esbuild", "typescript"].includes(name)),
    ).toEqual([]);
  });
});

describe("an application that embeds Valet Key", () => {
  let app: Project;
  beforeAll(async () => {
    app = await install([tarballs.server]);
  });
  afterAll(() => app?.remove());

  it("@valetkey/server installs at most 60 packages", async () => {
    const { packages } = JSON.parse(await readFile(join(app.folder, "package-lock.json"), "utf8"));
    const installed = Object.keys(packages).filter((path) => path !== "");
    expect(installed).toContain("node_modules/@valetkey/server");
    expect(installed.length).toBeLessThanOrEqual(60);
  });

  it("the type declarations of @valetkey/server import only packages that it installs", async () => {
    const folder = join(STAGE, "server");
    const { dependencies } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".d.ts"));
    const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
    // Ignores imports in examples, whose lines start with a star.
    const imported = texts.flatMap((text) => [...text.matchAll(/^(?:import|export) .* from "([^".][^"]*)";$/gm)]);
    const ofOthers = imported.map(([, name = ""]) => name).filter((name) => !name.startsWith("node:"));
    expect(ofOthers).toContain("fastify");
    expect(ofOthers.filter((name) => !(name in dependencies))).toEqual([]);
  });

  it("@valetkey/server/testing runs without another installed package", async () => {
    const source = `
      import { openTestFiles } from "@valetkey/server/testing";
      const { uploadFile, close } = await openTestFiles();
      const { state } = await uploadFile({ id: "ann" }, { resource: "item", itemId: "1" }, { body: "hello" });
      console.log(state);
      await close();
    `;
    const printed = await runModule(24, { name: "testing.mjs", source, folder: app.folder });
    expect(printed.trim()).toBe("ready");
    expect(await readdir(join(app.folder, "node_modules/@valetkey/server"))).toContain("empty-database.gz");
  });

  it.each([
    ["pg", { database: "postgres://localhost/files" }],
    ["@aws-sdk/credential-providers", { bucket: { name: "files", region: "eu-central-1" } }],
  ])("the error of createValetKey names the package %s if the package is missing", async (name, options) => {
    const source = `
      import { createValetKey } from "@valetkey/server";
      const credentials = { accessKeyId: "a", secretAccessKey: "b" };
      const bucket = { name: "files", region: "us-east-1", endpoint: "http://127.0.0.1:9", credentials };
      const resources = { invoice: { may: () => true } };
      const options = { bucket, database: "files.db", user: () => null, resources, ...${JSON.stringify(options)} };
      await createValetKey(options).catch(({ message }) => console.log(message));
    `;
    const printed = await runModule(24, { name: "missing.mjs", source, folder: app.folder });
    expect(printed).toContain(`needs the package ${name}. Install it: npm install ${name}`);
  });
});

// `npm run frameworks` runs these checks in all frameworks. The three frameworks here are dependencies of the examples.
describe("an embedding in each framework", () => {
  const installed = FRAMEWORKS.filter(({ name }) => ["express", "fastify", "hono"].includes(name));

  it.each(installed)("an application of $name that embeds Valet Key passes all checks", async (framework) => {
    const folder = join(project.folder, `checks-${framework.name}`);
    await buildFramework(framework, folder);
    const { routes, stop } = await startFramework(framework, folder);
    onTestFinished(stop);
    expect(await runChecks(routes)).toEqual({ checks: 12, failures: [] });
  });
});

describe("an embedding in a bundle of esbuild", () => {
  const peers = ["pg", "@aws-sdk/credential-providers"];
  const source = `
    import { createValetKey } from "@valetkey/server";
    const credentials = { accessKeyId: "a", secretAccessKey: "b" };
    createValetKey({
      bucket: { name: "files", region: "us-east-1", endpoint: "http://127.0.0.1:9", credentials },
      database: "bundled.db",
      user: () => null,
      resources: { invoice: { may: () => true } },
      background: false,
    }).then(async (files) => { await files.close(); console.log("started"); }, ({ message }) => console.log(message));
  `;
  async function bundled(name: string, options: BuildOptions): Promise<string> {
    const entry = join(project.folder, "bundled.mjs");
    await writeFile(entry, source);
    const outfile = join(project.folder, "bundle", name);
    const { dir: outdir, name: out, ext } = parse(outfile);
    const output = { entryPoints: [{ in: entry, out }], outdir, outExtension: { ".js": ext } };
    await bundle({ ...output, bundle: true, platform: "node", logLevel: "error", ...options });
    return run(node(24), [outfile], { cwd: project.folder });
  }

  it("createValetKey works in a bundle that marks @valetkey/server as external", async () => {
    const printed = await bundled("app.mjs", { format: "esm", external: ["@valetkey/server"] });
    expect(printed).toContain("started");
  });

  it("if a bundle lacks the preview program, the error names the package to exclude", async () => {
    // An embedding draws previews if it finds sharp.
    const sharp = join(project.folder, "bundle/drawing/node_modules/sharp");
    await mkdir(sharp, { recursive: true });
    await writeFile(join(sharp, "index.js"), "");
    const banner = { js: "const require = process.getBuiltinModule;" };
    const printed = await bundled("drawing/app.mjs", { format: "esm", splitting: true, external: peers, banner });
    expect(printed).toMatch(/The file \S+drawing-process\.js does not exist.* Mark the package as external/);
  });

  it("if a bundle lacks the files of threads, the error names the package to exclude", async () => {
    const printed = await bundled("app.cjs", { format: "cjs", external: peers, logLevel: "silent" });
    expect(printed).toContain('Mark the package as external: in esbuild `external: ["@valetkey/server"]`');
  });
});

describe.each([20, 22, 24])("on Node %i", (major) => {
  it("the ES module and the CommonJS module of @valetkey/presign make equal signatures", async () => {
    const source = `import { createPresigner } from "@valetkey/presign";${PRESIGN}`;
    const fromModule = await runModule(major, { name: "presign.mjs", source });
    expect(fromModule).toMatch(/^[0-9a-f]{64}\n$/);
    const required = `const { createPresigner } = require("@valetkey/presign");${PRESIGN}`;
    expect(await runModule(major, { name: "presign.cjs", source: required })).toBe(fromModule);
  });

  it("@valetkey/client can open a file from the disk, and create a client", async () => {
    const source = `
      import { createClient } from "@valetkey/client";
      import { openFile } from "@valetkey/client/node";
      const file = await openFile("package.json");
      console.log(typeof createClient({ baseUrl: "http://localhost:3000", token: "t" }).upload, file.size > 0);
    `;
    expect(await runModule(major, { name: "client.mjs", source })).toBe("function true\n");
  });
});

describe.each([22, 24])("on Node %i", (major) => {
  it("@valetkey/s3-local accepts a file at an upload URL of @valetkey/presign", async () => {
    const source = `
      import { createPresigner } from "@valetkey/presign";
      import { startS3Local } from "@valetkey/s3-local";
      const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
      const bucket = await startS3Local({ dataDir: "data-${major}", credentials, buckets: ["files"] });
      const presigner = createPresigner({ bucket: "files", region: "us-east-1", endpoint: bucket.endpoint });
      const signing = { key: "hello.txt", credentials, expiresInSeconds: 60, now: Date.now() };
      await fetch(presigner.presignPut(signing).url, { method: "PUT", body: "hello" });
      console.log(await (await fetch(presigner.presignGet(signing).url)).text());
      await bucket.close();
    `;
    expect(await runModule(major, { name: "s3-local.mjs", source })).toBe("hello\n");
  });

  it("@valetkey/contract can check a response of the service", async () => {
    const source = `
      import { FileUrl, problems } from "@valetkey/contract";
      import { Check } from "typebox/value";
      console.log(Check(FileUrl, {}), problems.access_denied.status);
    `;
    expect(await runModule(major, { name: "contract.mjs", source })).toBe("false 403\n");
  });

  it("the package valetkey, started in an empty folder, serves the web app, files and links", async () => {
    const place = await makePlace();
    onTestFinished(() => place.remove());
    const service = await startProcess(place, { node: node(major), command: commandOf(project) });
    expect(await (await fetch(service.url, { headers: { accept: "text/html" } })).text()).toContain("<script");
    const ann = await apiAs(service.url, { sub: "ann" });
    const { id } = (await ann.call("POST", "/notes", { title: "Plan" })).body;
    const file = (await ann.attach(id, { name: "plan.txt", bytes: Buffer.from("hello") })).body;
    const { fileUrl } = (await ann.call("GET", `/attachments/${file.id}/url`)).body;
    expect(await (await fetch(fileUrl)).text()).toBe("hello");
    const declared = { filename: "direct.txt", contentType: "text/plain", sizeBytes: 5 };
    expect((await ann.call("POST", `/notes/${id}/uploads`, declared)).status).toBe(201);
    // A link with a password needs Argon2id, which the crypto module of Node.js 22 does not have.
    const link = await ann.call("POST", `/notes/${id}/links`, { password: "open sesame" });
    expect(link.body).toMatchObject({ kind: "download", hasPassword: true });
    expect(await service.stop()).toBe(0);
  });
});

describe.each([18, 19])("@valetkey/react with React %i", (react) => {
  let page: Project;
  beforeAll(async () => {
    const ours = [tarballs.client, tarballs.presign, tarballs.react];
    page = await install([...ours, `react@${react}`, `react-dom@${react}`, `@types/react@${react}`]);
  });
  afterAll(() => page.remove());

  it.each([20, 22, 24])("@valetkey/react renders on the server with Node.js %i", async (major) => {
    const output = await runModule(major, { name: "page.mjs", source: SERVER_RENDERED, folder: page.folder });
    expect(output).toMatch(new RegExp(`^${react}\\.`));
    expect(output).toContain('<label class="zone"><input type="file"');
    expect(output).toContain("0 files, false");
  });

  it("the types of the packages for web pages compile without the types of Node.js", async () => {
    await writeFile(join(page.folder, "strict.tsx"), PAGE);
    const bundler = ["--module", "esnext", "--moduleResolution", "bundler", "--jsx", "react-jsx"];
    await compileStrict(page, [...bundler, "--types", "", "--lib", "es2022,dom,dom.iterable", "strict.tsx"]);
  });

  it("@valetkey/react works in a client component of Next.js", async () => {
    const compiled = await readFile(join(page.folder, "node_modules/@valetkey/react/index.js"), "utf8");
    expect(compiled.startsWith('"use client";')).toBe(true);
  });
});

const PAGE = `
  import { createClient, memoryStore, openFiles, ValetKeyError, type Attachment, type ErrorCode, type ItemFile } from "@valetkey/client";
  import { drawPreviews } from "@valetkey/client/previews";
  import { createPresigner } from "@valetkey/presign";
  import { Dropzone, Files, useUploads, ValetKeyProvider } from "@valetkey/react";
  import "@valetkey/react/files.css";
  import type { ReactNode } from "react";
  export function Invoice({ children }: { children: ReactNode }) {
    const item = { resource: "invoice", itemId: "42" };
    const { files, add } = useUploads(item);
    const canRemove = (file: ItemFile) => file.state === "ready";
    return (
      <ValetKeyProvider client={openFiles({ baseUrl: "/files" })}>
        <Files item={item} canRemove={canRemove} />
        <Dropzone onFiles={add} className="zone">{files.length} {children}</Dropzone>
      </ValetKeyProvider>
    );
  }
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
  export const others = [drawPreviews, createPresigner({ bucket: "files", region: "eu-central-1" })];
`;

const SERVER_RENDERED = `
  import { openFiles } from "@valetkey/client";
  import { Dropzone, useDownload, useFileUrl, useUploads, ValetKeyProvider } from "@valetkey/react";
  import { createElement, version } from "react";
  import { renderToString } from "react-dom/server";
  function Invoice() {
    const { files, add } = useUploads({ resource: "invoice", itemId: "42" });
    const { src } = useFileUrl("a-file");
    const { isPending } = useDownload();
    const text = \`\${files.length} files, \${isPending}\`;
    return createElement(Dropzone, { onFiles: add, className: "zone" }, text, createElement("img", { src, alt: "" }));
  }
  const client = openFiles({ baseUrl: "https://app.example.com/files" });
  console.log(version, renderToString(createElement(ValetKeyProvider, { client }, createElement(Invoice))));
`;

it("the valetkey command prints the required Node.js version", async () => {
  await expect(run(node(20), [commandOf(project), "start"], { cwd: project.folder })).rejects.toThrow(
    "Valet Key needs Node 24.7 or later, or Node 22.20 or a later version of Node 22. This is Node 20.",
  );
});

it("a page that Vite builds can use @valetkey/client", async () => {
  const root = join(project.folder, "page");
  await mkdir(root);
  await writeFile(join(root, "index.html"), '<script type="module" src="./page.js"></script>');
  const source =
    'import { createClient } from "@valetkey/client"; createClient({ baseUrl: location.origin }).notes.list();';
  await writeFile(join(root, "page.js"), source);
  await build({ root, logLevel: "error" });
  const scripts = await readdir(join(root, "dist/assets"));
  const [script = ""] = scripts.filter((name) => name.startsWith("index-"));
  expect((await readFile(join(root, "dist/assets", script), "utf8")).includes("/notes")).toBe(true);
  // The hash in a filename has eight characters, which can be hyphens.
  expect(scripts.map((name) => name.replace(/-.{8}\.\w+$/, "")).sort()).toEqual(
    expect.arrayContaining(["drawing-worker", "preview-queue"]),
  );
});

describe.each(["express", "fastify", "hono"])("the example with %s", (name) => {
  let app: Example;
  beforeAll(async () => {
    app = await startExample(project, { name, node: node(24) });
  });
  afterAll(() => app.stop());

  it(`the example with ${name} returns a file only to its owner and a reader`, async () => {
    const ann = await app.signIn(browser, { name: "Ann" });
    await ann.getByLabel("Add a file").setInputFiles({ name: "plan.txt", mimeType: "text/plain", buffer: PLAN });
    await ann.getByRole("button", { name: "plan.txt" }).waitFor();
    const address = ann.url();

    const ben = await app.signIn(browser, { name: "Ben", address });
    await ben.getByText("Access denied").waitFor();
    await ann.getByLabel("Let this person read it").fill("Ben");
    await ann.getByRole("button", { name: "Share" }).click();
    await ann.getByText("Ben may read this note.").waitFor();
    await ben.reload();
    await signIn(ben, "Ben");
    const saved = ben.waitForEvent("download");
    await ben.getByRole("button", { name: "plan.txt" }).click();
    expect(await readFile(await (await saved).path())).toEqual(PLAN);

    const fileId = await ben.evaluate(async (noteId) => {
      const response = await fetch(`/files/note/${noteId}`);
      return ((await response.json()) as { items: { id: string }[] }).items[0]?.id;
    }, address.split("#")[1]);
    const eve = await app.signIn(browser, { name: "Eve" });
    expect(await eve.evaluate(async (id) => (await fetch(`/attachments/${id}/url`)).status, fileId)).toBe(403);
    await ben.getByLabel("Add a file").setInputFiles({ name: "other.txt", mimeType: "text/plain", buffer: PLAN });
    await ben.getByText("Access denied").waitFor();
  });

  // The examples share one page, so one example is enough for a rejected file.
  if (name === "hono") {
    it("the page of the examples does not list a file that the service rejected", async () => {
      const page = await app.signIn(browser, { name: "Rob" });
      const html = { name: "photo.png", mimeType: "image/png", buffer: Buffer.from("<!doctype html>") };
      await page.getByLabel("Add a file").setInputFiles(html);
      await page.getByText("It was not kept").waitFor();
      await page.getByLabel("Add a file").setInputFiles({ name: "plan.txt", mimeType: "text/plain", buffer: PLAN });
      await page.getByRole("button", { name: "plan.txt" }).waitFor();
      expect(await page.getByRole("listitem").count()).toBe(1);
    });
  }

  // Only the example with express has a table of users.
  if (name === "express") {
    it("the example with express shares files only with people who have signed in", async () => {
      const sam = await app.signIn(browser, { name: "Sam" });
      await sam.getByLabel("Let this person read it").fill("Zoe");
      await sam.getByRole("button", { name: "Share" }).click();
      await sam.getByText("Zoe has to sign in first.").waitFor();
    });
  }
});

describe("the example with Next.js", () => {
  let app: Example;
  beforeAll(async () => {
    const folder = await buildNextExample(project, tarballs);
    app = await startNextExample(folder, { node: node(24) });
  }, 300_000);
  afterAll(() => app.stop());

  /** Signs Ann in, and adds a photo to her album. Returns the page with the album. */
  async function openAlbum(): Promise<Page> {
    const ann = await app.signIn(browser, { name: "Ann" });
    await ann.getByLabel("Add photos").setInputFiles({ name: "dot.gif", mimeType: "image/gif", buffer: DOT });
    await expect.poll(() => widthOfPhoto(ann)).toBe(1);
    return ann;
  }
  const widthOfPhoto = (page: Page) =>
    page
      .locator("li img")
      .first()
      .evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth);

  it("the example with Next.js shows a photo to its owner and to a reader", async () => {
    const ann = await openAlbum();
    const ben = await app.signIn(browser, { name: "Ben", address: ann.url() });
    await ben.getByText("Access denied").waitFor();
    await ann.getByLabel("Let this person see it").fill("Ben");
    await ann.getByRole("button", { name: "Share" }).click();
    await ann.getByText("Seen by: Ben").waitFor();
    await ben.reload();
    await expect.poll(() => widthOfPhoto(ben)).toBe(1);
    const saved = ben.waitForEvent("download");
    await ben.getByRole("button", { name: "Download" }).first().click();
    expect(await readFile(await (await saved).path())).toEqual(DOT);
  });

  it("the example with Next.js refuses every call of a person without access", async () => {
    const ann = await openAlbum();
    const fileId = await ann.evaluate(async () => {
      const response = await fetch("/files/album/Ann");
      return ((await response.json()) as { items: { id: string }[] }).items.at(-1)?.id;
    });
    const eve = await app.signIn(browser, { name: "Eve" });
    const outcomeOf = (method: string, path: string) =>
      eve.evaluate(
        async ([method, path, body]) => {
          const json = method === "POST" ? { body, headers: { "content-type": "application/json" } } : {};
          const response = await fetch(`/files${path}`, { method, ...json });
          return ((await response.json()) as { code: string }).code;
        },
        [
          method,
          path,
          JSON.stringify({ filename: "dot.gif", contentType: "image/gif", sizeBytes: DOT.length }),
        ] as const,
      );
    expect(await outcomeOf("GET", "/album/Ann")).toBe("access_denied");
    expect(await outcomeOf("GET", `/files/${fileId}/url`)).toBe("access_denied");
    expect(await outcomeOf("DELETE", `/files/${fileId}`)).toBe("access_denied");
    expect(await outcomeOf("POST", "/album/Ann/uploads")).toBe("access_denied");
  });
});

it("the steps of docs/embedding.md lead to a page that lists files", async () => {
  const app = await startDocumented(project, { node: node(22) });
  onTestFinished(app.stop);
  const pageOf = async (username: string, password: string) => {
    const page = await (await browser.newContext({ httpCredentials: { username, password } })).newPage();
    await page.goto(app.url);
    return page;
  };
  const chosen = { name: "invoice.txt", mimeType: "text/plain", buffer: PLAN };
  const ann = await pageOf("ann", "apple");
  await ann.getByLabel("Add a file").setInputFiles(chosen);
  await ann.getByRole("link", { name: "invoice.txt" }).waitFor();
  const ben = await pageOf("ben", "banana");
  const saved = ben.waitForEvent("download");
  await ben.getByRole("link", { name: "invoice.txt" }).click();
  expect(await readFile(await (await saved).path())).toEqual(PLAN);
  await ben.getByLabel("Add a file").setInputFiles(chosen);
  await ben.getByText("Access denied").waitFor();
  await ann.getByRole("button", { name: "Remove invoice.txt" }).click();
  await ann.getByRole("link", { name: "invoice.txt" }).waitFor({ state: "detached" });
});

const SAME = `
  type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
  type Flat<T> = T extends readonly (infer Item)[]
    ? Flat<Item>[]
    : T extends object ? { [Key in keyof T]: Flat<T[Key]> } : T;
  declare function same<A, B>(isSame: Same<Flat<A>, Flat<B>>): void;
`;

describe("the types of @valetkey/client", () => {
  it("the types of @valetkey/client are equal to the types of the contract", async () => {
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
    const staged = join(STAGE, "client/wire.d.ts");
    const declared = await readFile(staged, "utf8");
    const names = [...declared.matchAll(/^export type (\w+)/gm)].map(([, name = ""]) => name);
    expect(names.length).toBeGreaterThan(20);
    // The compiler reports an error for each published type that differs from the contract.
    const folder = await mkdtemp(join(tmpdir(), "valetkey-types-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const contract = join(import.meta.dirname, "../../../packages/contract/src/index.ts");
    const compared = names.map((name) => `same<contract.${name}, published.${name}>(true);`);
    const lines = [
      `import type * as contract from ${JSON.stringify(contract)};`,
      `import type * as published from ${JSON.stringify(staged)};`,
      SAME,
      ...compared,
    ];
    await writeFile(join(folder, "same.mts"), lines.join("\n"));
    await run(process.execPath, [TSC, ...options, ...reading, join(folder, "same.mts")], {
      cwd: import.meta.dirname,
    });
  });

  it("the types of the packages for servers compile without skipLibCheck", async () => {
    await writeFile(join(project.folder, "strict.ts"), SERVER);
    await compileStrict(project, ["--module", "node16", "--types", "node", "--lib", "es2024", "strict.ts"]);
  });
});

/** Compiles a file in the strictest mode, with a check of all declarations of the packages. */
const compileStrict = ({ folder }: Project, options: string[]) => {
  const strict = ["--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "--ignoreConfig"];
  return run(process.execPath, [TSC, "--noEmit", ...strict, "--target", "es2022", ...options], { cwd: folder });
};

const SERVER = `
  import { createReadStream } from "node:fs";
  import { createServer } from "node:http";
  import { openFile } from "@valetkey/client/node";
  import { createPresigner } from "@valetkey/presign";
  import { createCloudFrontSigner } from "@valetkey/presign/cloudfront";
  import { createValetKey, type Resources } from "@valetkey/server";
  import { openTestFiles } from "@valetkey/server/testing";
  type Person = { id: string; name: string; isAdmin: boolean };
  const resources: Resources<Person> = {
    invoice: { may: ({ isAdmin }) => isAdmin, validate: (file, { name }) => \`\${name} sends no \${file.filename}.\` },
  };
  const sessionToken = process.env.AWS_SESSION_TOKEN;
  const credentials = { accessKeyId: "a", secretAccessKey: "b", sessionToken };
  const files = await createValetKey<Person>({
    bucket: { name: "files", region: "eu-central-1", endpoint: process.env.ENDPOINT, credentials },
    database: "files.db",
    user: (request) => ({ id: request.headers.get("x-user") ?? "", name: "Ann", isAdmin: true }),
    resources,
  });
  createServer(files.node);
  const ann = { id: "ann", name: "Ann", isAdmin: true };
  const file = await files.attach(ann, { resource: "invoice", itemId: "42" }, { body: createReadStream("a.pdf") });
  export const until: Date = (await files.issueUrl(ann, file.id)).expiresAt;
  // @ts-expect-error a user of the application has a name
  await files.get({ id: "ann" }, file.id);
  await (await openTestFiles<Person>({ resources })).uploadFile(ann, file, { body: Buffer.from("a") });
  createPresigner({ bucket: "files", region: "eu-central-1" });
  export const parts = [createCloudFrontSigner, (await openFile("a.pdf")).size];
`;
