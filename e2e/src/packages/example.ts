import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Browser, Page } from "playwright-core";
import { freePort } from "../testing/free-port.ts";
import { installMore, type Project, run, type Tarballs } from "./project.ts";

const EXAMPLES = resolve(import.meta.dirname, "../../../examples");
const WITHOUT_TELEMETRY = { NEXT_TELEMETRY_DISABLED: "1" };

export const isOurs = (name: string): boolean => name.startsWith("@valetkey/");

export type Example = {
  /** Opens a new page, and signs a person in. `address`: the URL of a note or an album. Default: the first page of the example. */
  signIn(browser: Browser, person: { name: string; address?: string }): Promise<Page>;
  stop(): Promise<void>;
};

/** Copies an example into a project that has its packages, and runs it as its README says. */
export async function startExample(project: Project, { name, node }: { name: string; node: string }): Promise<Example> {
  const examples = await copyExamples(project);
  return start([node, join(examples, name, "app.ts")], { cwd: join(examples, name) });
}

/** Copies the example for Next.js into the project, installs missing packages, and builds the example. Returns the folder of the copy. */
export async function buildNextExample(project: Project, { react }: Tarballs): Promise<string> {
  const folder = await copyExamples(project, "next");
  const { dependencies, devDependencies } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const further = Object.entries({ ...dependencies, ...devDependencies }).filter(([name]) => !isOurs(name));
  await installMore(project, [react, ...further.map(([name, range]) => `${name}@${range}`)]);
  await run("npm", ["run", "build"], { cwd: folder, env: WITHOUT_TELEMETRY });
  return folder;
}

export function startNextExample(folder: string, { node }: { node: string }): Promise<Example> {
  const command = createRequire(join(folder, "package.json")).resolve("next/dist/bin/next");
  return start([node, command, "start"], { cwd: folder });
}

/** Copies one example or all examples into a new folder of a project that has their packages. */
async function copyExamples(project: Project, name = ""): Promise<string> {
  const folder = await mkdtemp(join(project.folder, "examples-"));
  const filter = (path: string) => !/node_modules$|\.next$/.test(path);
  await cp(join(EXAMPLES, name), folder, { recursive: true, filter });
  return folder;
}

async function start(command: string[], { cwd }: { cwd: string }): Promise<Example> {
  const ports = { PORT: String(await freePort("127.0.0.1")), BUCKET_PORT: String(await freePort("127.0.0.1")) };
  const { url, stop } = await startProgram(command, { cwd, env: { ...WITHOUT_TELEMETRY, ...ports } });
  return {
    stop,
    async signIn(browser, person) {
      const page = await (await browser.newContext()).newPage();
      await page.goto(person.address ?? url);
      await signIn(page, person.name);
      return page;
    },
  };
}

/** Signs a person in on the page of an example. */
export async function signIn(page: Page, name: string): Promise<void> {
  await page.getByLabel("Your name").fill(name);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByLabel("Your name").waitFor({ state: "hidden" });
}

/** Writes the files of docs/embedding.md into the project, with free ports, and starts the documented application. */
export async function startDocumented(project: Project, { node }: { node: string }): Promise<Program> {
  const page = await readFile(join(EXAMPLES, "../docs/embedding.md"), "utf8");
  const ports = new Map([
    ["3000", String(await freePort("127.0.0.1"))],
    ["9000", String(await freePort("127.0.0.1"))],
  ]);
  const folder = join(project.folder, "documented");
  await mkdir(join(folder, "public"), { recursive: true });
  for (const [, code = ""] of page.matchAll(/^ +```(?:js|html)\n(.*?)^ +```$/gms)) {
    const [, path] = /^ +(?:\/\/|<!--) (\S+)/.exec(code) ?? [];
    // The other code blocks of the page are not files of the application.
    if (path === undefined) continue;
    await writeFile(
      join(folder, path),
      code.replace(/\b(?:3000|9000)\b/g, (port) => ports.get(port) ?? port),
    );
  }
  return startProgram([node, join(folder, "app.mjs")], { cwd: folder });
}

type Program = { url: string; stop(): Promise<void> };

/** Starts a program, and waits until it prints the URL on which it listens. */
async function startProgram(
  [file = "", ...args]: string[],
  { cwd, env }: { cwd: string; env?: object },
): Promise<Program> {
  const child = spawn(file, args, { cwd, env: { PATH: process.env.PATH ?? "", ...env } });
  const exited = once(child, "exit");
  return {
    url: await firstUrl(child),
    async stop() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

function firstUrl({ stdout, stderr }: ReturnType<typeof spawn>): Promise<string> {
  const found = Promise.withResolvers<string>();
  const lines: string[] = [];
  for (const input of [stdout, stderr]) {
    if (input === null) continue;
    createInterface({ input })
      .on("line", (line) => {
        lines.push(line);
        const [, url] = /(?:listens on|- Local:) +(\S+)/.exec(line) ?? [];
        if (url !== undefined) found.resolve(url);
      })
      .on("close", () => found.reject(new Error(`The example did not start:\n${lines.join("\n")}`)));
  }
  return found.promise;
}
