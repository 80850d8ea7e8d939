import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Browser, Page } from "playwright-core";
import { freePort } from "../../../packages/server/src/wiring/free-port.ts";
import type { Project } from "./project.ts";

const EXAMPLES = resolve(import.meta.dirname, "../../../examples");

/** A running example with its own bucket. */
export type Example = {
  /** Opens a page of its own, at the address of a note or of the example, and signs in. */
  signIn(browser: Browser, person: { name: string; address?: string }): Promise<Page>;
  stop(): Promise<void>;
};

/** Copies an example into the project, which has its packages, and runs it as its README says. */
export async function startExample(project: Project, { name, node }: { name: string; node: string }): Promise<Example> {
  const examples = join(project.folder, "examples");
  await cp(EXAMPLES, examples, { recursive: true, filter: (path) => !path.endsWith("node_modules") });
  const ports = { PORT: String(await freePort("127.0.0.1")), BUCKET_PORT: String(await freePort("127.0.0.1")) };
  const { url, stop } = await startProgram([node, join(examples, name, "app.ts")], { env: ports });
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

/** Signs in on the page of an example. */
export async function signIn(page: Page, name: string): Promise<void> {
  await page.getByLabel("Your name").fill(name);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByLabel("Add a file").waitFor();
}

/** Writes the files of docs/embedding.md into the project, with free ports, and runs its command. */
export async function startDocumented(project: Project, { node }: { node: string }): Promise<Program> {
  const page = await readFile(join(EXAMPLES, "../docs/embedding.md"), "utf8");
  const ports = new Map([
    ["3000", String(await freePort("127.0.0.1"))],
    ["9000", String(await freePort("127.0.0.1"))],
  ]);
  const folder = join(project.folder, "documented");
  await mkdir(join(folder, "public"), { recursive: true });
  for (const [, code = ""] of page.matchAll(/^ +```(?:js|html)\n(.*?)^ +```$/gms)) {
    const [, path = ""] = /^ +(?:\/\/|<!--) (\S+)/.exec(code) ?? [];
    await writeFile(
      join(folder, path),
      code.replace(/\b(?:3000|9000)\b/g, (port) => ports.get(port) ?? port),
    );
  }
  return startProgram([node, join(folder, "app.mjs")], {});
}

type Program = { url: string; stop(): Promise<void> };

/** Starts a program in its own folder, and waits until it says where it listens. */
async function startProgram([node = "", file = ""]: string[], { env = {} }: { env?: object }): Promise<Program> {
  const child = spawn(node, [file], { cwd: dirname(file), env: { PATH: process.env.PATH ?? "", ...env } });
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
        const [, url] = /listens on (\S+)/.exec(line) ?? [];
        if (url !== undefined) found.resolve(url);
      })
      .on("close", () => found.reject(new Error(`The example did not start:\n${lines.join("\n")}`)));
  }
  return found.promise;
}
