import { execFile } from "node:child_process";
import { readFile, symlink } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makePlace, type Place, type RunningService, startProcess } from "./testing/service.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const PRESIGN = "Presign a URL for any bucket";

/** Commands of a page, and the output that the page shows below them, if any. */
type Step = { commands: string; output: string | undefined };

describe("the commands of README.md and docs/tour.md", () => {
  let place: Place;
  let service: RunningService;

  beforeAll(async () => {
    place = await makePlace({ URL_TTL_DEFAULT: "2" });
    place.env.DATA_DIR = join(place.dataDir, "data");
    service = await startProcess(place);
    // In this folder `npx valetkey` runs the command of the clone.
    await symlink(join(ROOT, "node_modules"), join(place.dataDir, "node_modules"));
  });

  afterAll(async () => {
    await service.stop();
    await place.remove();
  });

  it("start the service, which prints what README.md shows", async () => {
    const [start] = stepsOf(await sectionOf("README.md", "Run it"));
    expect(start?.commands).toBe("npm ci && npm start\n");
    const withoutPort = (line: string) => line.replace(/(http:\/\/localhost):\d+/g, "$1");
    const printed = service.output().split("\n").map(withoutPort);
    const shown = start?.output?.trim().split("\n") ?? [];
    expect(shown.length).toBeGreaterThan(0);
    for (const line of shown) {
      expect(printed).toContainEqual(expect.stringMatching(patternOf(withoutPort(line))));
    }
  });

  it("print what docs/tour.md shows", async () => {
    const [tour = ""] = (await page("docs/tour.md")).split(`## ${PRESIGN}`);
    const steps = stepsOf(tour);
    expect(steps.length).toBeGreaterThan(5);
    // The test has another port, and waits for a shorter time.
    const commands = steps.map((step) => step.commands.replace("http://localhost:3000", service.url));
    const outputs = await run(commands.map((text) => text.replace("sleep 61", "sleep 3")));
    for (const [index, { commands, output }] of steps.entries()) {
      expect(outputs[index], commands).toMatch(patternOf(output ?? ""));
    }
  });

  it("presign a URL for any bucket, as docs/tour.md shows", async () => {
    const steps = stepsOf(await sectionOf("docs/tour.md", PRESIGN));
    Object.assign(place.env, {
      AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_REGION: "eu-central-1",
    });
    const [printed] = await run(steps.map(({ commands }) => commands));
    expect(printed).toMatch(patternOf(steps[0]?.output ?? ""));
  });

  /** Runs the commands in one shell. Returns the output of each, without white space at its ends. */
  async function run(commands: string[]): Promise<string[]> {
    const path = [join(ROOT, "node_modules/.bin"), place.env.PATH].join(delimiter);
    const env = { ...place.env, PATH: path, npm_config_offline: "true" };
    const script = ["set -eo pipefail", ...commands.flatMap((text) => [text, "printf '\\f'"])].join("\n");
    const { stdout } = await promisify(execFile)("bash", ["-c", script], { cwd: place.dataDir, env });
    return stdout.split("\f").map((output) => output.trim());
  }
});

function page(path: string): Promise<string> {
  return readFile(join(ROOT, path), "utf8");
}

async function sectionOf(path: string, heading: string): Promise<string> {
  const section = (await page(path)).split(/^## /m).find((text) => text.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`${path} has no section "${heading}"`);
  return section;
}

function stepsOf(text: string): Step[] {
  const blocks = text.matchAll(/^```sh\n(.*?)^```$(?:\s+^```text\n(.*?)^```$)?/gms);
  return [...blocks].map(([, commands = "", output]) => ({ commands, output }));
}

/** The text as a pattern for the whole output, in which "…" stands for anything within a line. */
function patternOf(text: string): RegExp {
  const literal = text
    .trim()
    .split("…")
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${literal.join(".*")}$`);
}
