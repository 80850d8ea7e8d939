import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signTestJwt } from "../../packages/server/src/testing/auth/test-jwt.ts";
import { makePlace, type Place, type RunningService, startProcess } from "./testing/service.ts";

const ROOT = resolve(import.meta.dirname, "../..");
/**
 * A shell function that replaces npx, because npx takes longer to start than most documented commands. `PATH` contains the `valetkey`
 * command of this repository.
 */
const NPX = 'npx() { "$@"; }';

/** A block of shell commands on a page. `output`: the text that the page shows below the commands. */
type Step = { commands: string; output: string | undefined };

let place: Place;
let service: RunningService;

beforeAll(async () => {
  place = await makePlace({ URL_TTL_DEFAULT: "10" });
  place.env.DATA_DIR = join(place.dataDir, "data");
  service = await startProcess(place);
  // The documented commands reach the built-in bucket on this port.
  place.env.S3_LOCAL_PORT = /bucket: built-in, \S+:(\d+)/.exec(service.output())?.[1] ?? "";
});

afterAll(async () => {
  await service.stop();
  await place.remove();
});

describe("README.md", () => {
  it("README.md shows the output of valetkey start", async () => {
    const [inClone, start] = stepsOf(await sectionOf("README.md", "Run Valet Key"));
    expect(inClone?.commands).toBe("npm ci && npm start\n");
    expect(start?.commands).toBe("npx valetkey start\n");
    const withoutPort = (line: string) => line.replace(/(http:\/\/localhost):\d+/g, "$1");
    const printed = service.output().split("\n").map(withoutPort);
    const shown = start?.output?.trim().split("\n") ?? [];
    expect(shown.length).toBeGreaterThan(0);
    for (const line of shown) {
      expect(printed).toContainEqual(expect.stringMatching(patternOf(withoutPort(line))));
    }
  });
});

describe("docs/configuration.md", () => {
  it("docs/configuration.md shows the output of valetkey config without settings", async () => {
    const steps = stepsOf(await sectionOf("docs/configuration.md", "Configure the service"));
    await expectOutputs(steps, { PATH: place.env.PATH ?? "", HOME: place.dataDir });
  });

  it.each(["Bucket", "Garbage collection"])(
    "docs/configuration.md shows the output of each command in the section %s",
    async (heading) => {
      await expectOutputs(stepsOf(await sectionOf("docs/configuration.md", heading)));
    },
  );

  it("the command of docs/configuration.md creates an administrator", async () => {
    const section = await sectionOf("docs/configuration.md", "Authentication");
    const [printed] = await run(stepsOf(section).map(({ commands }) => commands));
    expect(printed).toContain("Added admin@example.com, an administrator.");
  });
});

describe("docs/operations.md", () => {
  it("docs/operations.md shows the output of valetkey backup and valetkey restore", async () => {
    await expectOutputs(stepsOf(await page("docs/operations.md")));
  });
});

describe("docs/terminal.md", () => {
  it("docs/terminal.md shows the output of valetkey send and valetkey get", async () => {
    const token = await signTestJwt({ sub: "ann" });
    const steps = stepsOf(await sectionOf("docs/terminal.md", "Send and get"));
    await expectOutputs(steps, { ...place.env, VALETKEY_URL: service.url, VALETKEY_TOKEN: token });
  });
});

describe("docs/tour.md", () => {
  it("docs/tour.md shows the output of its commands", async () => {
    const steps = stepsOf(await page("docs/tour.md"));
    expect(steps.length).toBeGreaterThan(5);
    // The test service listens on another port, and its URLs expire after 10 seconds instead of 60.
    const here = (text: string) => text.replace("http://localhost:3000", service.url).replace("sleep 61", "sleep 11");
    await expectOutputs(steps.map(({ commands, output }) => ({ commands: here(commands), output })));
  });

  it("docs/tour.md has a working command that presigns a URL for any bucket", async () => {
    const credentials = {
      AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_REGION: "eu-central-1",
    };
    const [, commands = ""] = /`(npx valetkey presign [^`]+)`/.exec(await page("docs/tour.md")) ?? [];
    const output = "https://my-bucket.s3.eu-central-1.amazonaws.com/report.pdf?…&X-Amz-Expires=600&…";
    await expectOutputs([{ commands, output }], { ...place.env, ...credentials });
  });
});

// These commands change a rule for links, and a running service uses the old rule for up to 4 seconds. So they run last.
describe("docs/administration.md", () => {
  it("docs/administration.md shows the output of its commands", async () => {
    await expectOutputs(stepsOf(await page("docs/administration.md")));
  });
});

async function expectOutputs(steps: Step[], env?: Record<string, string>): Promise<void> {
  expect(steps).not.toEqual([]);
  const outputs = await run(
    steps.map(({ commands }) => commands),
    env,
  );
  for (const [index, { commands, output = "" }] of steps.entries()) {
    expect(outputs[index], commands).toMatch(patternOf(output));
  }
}

/** Runs blocks of commands in one shell. Returns the output of each block without white space at its start and end. */
async function run(commands: string[], env = place.env): Promise<string[]> {
  const path = [join(ROOT, "node_modules/.bin"), env.PATH].join(delimiter);
  const script = ["set -eo pipefail", NPX, ...commands.flatMap((text) => [text, "printf '\\f'"])].join("\n");
  const { stdout } = await promisify(execFile)("bash", ["-c", script], {
    cwd: place.dataDir,
    env: { ...env, PATH: path },
  });
  return stdout.split("\f").map((output) => output.trim());
}

function page(path: string): Promise<string> {
  return readFile(join(ROOT, path), "utf8");
}

async function sectionOf(path: string, heading: string): Promise<string> {
  const section = (await page(path)).split(/^## /m).find((text) => text.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`${path} has no section "${heading}"`);
  return section;
}

/** Finds the shell blocks of a page. Removes the indentation of blocks inside lists. */
function stepsOf(text: string): Step[] {
  const blocks = text.matchAll(/^( *)```sh\n(.*?)^\1```$(?:\s+^\1```text\n(.*?)^\1```$)?/gms);
  return [...blocks].map(([, indent = "", commands = "", output]) => {
    const outdented = (block: string) => block.replaceAll(new RegExp(`^${indent}`, "gm"), "");
    return { commands: outdented(commands), output: output === undefined ? undefined : outdented(output) };
  });
}

/** Converts the output on a page to a pattern for the whole output. "…" matches any text within a line. */
function patternOf(text: string): RegExp {
  const literal = text
    .trim()
    .split("…")
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${literal.join(".*")}$`);
}
