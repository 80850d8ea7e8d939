import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import vue from "@vitejs/plugin-vue";
import { build as bundle } from "esbuild";
import type { Browser } from "playwright-core";
import { build, type PluginOption } from "vite";
import solid from "vite-plugin-solid";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { launchChromium } from "../testing/chromium.ts";
import { startApplication } from "./start-application.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const pageOf = (name: string) => readFile(join(ROOT, "docs", name), "utf8");

/** Returns the first code block of a page in the given language. */
function blockOf(page: string, language: string): string {
  const [, code] = new RegExp(`^ *\`\`\`${language}\n(.*?)^ *\`\`\`$`, "ms").exec(page) ?? [];
  return code ?? expect.fail(`The page has no block of ${language}`);
}

type Recipe = { language: string; file: string; plugin: () => PluginOption; main: string };

const RECIPES: readonly Recipe[] = [
  {
    language: "vue",
    file: "Files.vue",
    plugin: () => vue(),
    main: 'import { createApp } from "vue"; import Files from "./Files.vue"; createApp(Files).mount(document.body);',
  },
  {
    language: "svelte",
    file: "Files.svelte",
    plugin: () => svelte({ configFile: false }),
    main: 'import { mount } from "svelte"; import Files from "./Files.svelte"; mount(Files, { target: document.body });',
  },
  {
    language: "jsx",
    file: "Files.jsx",
    plugin: () => solid(),
    main: 'import { render } from "solid-js/web"; import { Files } from "./Files.jsx"; render(Files, document.body);',
  },
];

/** Compiles a recipe as an application does. Returns the script for the page. */
async function compile({ language, file, plugin, main }: Recipe): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "valetkey-recipe-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const page = await pageOf("recipes.md");
  await writeFile(join(folder, "files.js"), blockOf(page, "js"));
  await writeFile(join(folder, file), blockOf(page, language));
  await writeFile(join(folder, "main.js"), main);
  const built = await build({
    configFile: false,
    root: folder,
    logLevel: "error",
    plugins: [plugin()],
    build: { write: false, rolldownOptions: { input: join(folder, "main.js") } },
  });
  const [result] = [built].flat();
  if (result === undefined || !("output" in result)) throw new Error("Vite has built nothing");
  return result.output[0].code;
}

describe("the recipes for frontends", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  /** Adds, downloads and removes a file on an application's page with the given scripts. */
  async function tryPage(html: string, scripts: Record<string, string>): Promise<void> {
    const application = await startApplication({ may: () => true, html, scripts });
    onTestFinished(application.close);
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(`${error}`));
    await page.goto(new URL("/", application.url).href);
    const file = { name: "a file.txt", mimeType: "text/plain", buffer: Buffer.from("the file") };
    await page.getByLabel("Add a file").setInputFiles(file);
    const link = page.getByRole("link", { name: file.name });
    await link.waitFor();
    const downloading = page.waitForEvent("download");
    await link.click();
    expect(await readFile(await (await downloading).path(), "utf8")).toBe("the file");
    await page.getByRole("button", { name: "Remove a file.txt" }).click();
    await link.waitFor({ state: "detached" });
    expect(problems).toEqual([]);
  }

  it.each(RECIPES)("the recipe in the file $file adds, downloads and removes a file", async (recipe) => {
    const html = '<!doctype html><body><script type="module" src="/main.js"></script>';
    await tryPage(html, { "/main.js": await compile(recipe) });
  });

  it("the page in docs/embedding.md adds, downloads and removes a file", async () => {
    const client = join(ROOT, "packages/client/src/index.ts");
    const { outputFiles } = await bundle({ entryPoints: [client], bundle: true, format: "esm", write: false });
    await tryPage(blockOf(await pageOf("embedding.md"), "html"), { "/client/index.js": outputFiles[0]?.text ?? "" });
  });
});
