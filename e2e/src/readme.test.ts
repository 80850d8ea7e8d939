import { execFile } from "node:child_process";
import { readFile, symlink } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makePlace, type Place, type RunningService, startProcess } from "./testing/service.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/** The shell commands under this heading of the README, block by block. */
async function commandsUnder(heading: string): Promise<string[]> {
  const text = await readFile(join(ROOT, "README.md"), "utf8");
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
  return [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = ""]) => block);
}

describe("the README's tour of five minutes, as it stands there", () => {
  let place: Place;
  let service: RunningService;

  beforeAll(async () => {
    place = await makePlace({ URL_TTL_DEFAULT: "1" });
    service = await startProcess(place);
    // A folder in which `npx valetkey` is this one, as in a clone.
    await symlink(join(ROOT, "node_modules"), join(place.dataDir, "node_modules"));
  });

  afterAll(async () => {
    await service.stop();
    await place.remove();
  });

  async function run(commands: string): Promise<string[]> {
    const bin = join(ROOT, "node_modules/.bin");
    const env = { ...place.env, PATH: `${bin}${delimiter}${place.env.PATH}`, npm_config_offline: "true" };
    const inStrictMode = `set -eo pipefail\n${commands}`;
    const { stdout } = await promisify(execFile)("bash", ["-c", inStrictMode], { cwd: place.dataDir, env });
    return stdout.trim().split("\n");
  }

  it("does what its comments say", async () => {
    const [tour = ""] = await commandsUnder("A tour of five minutes");
    // What a reader has not: another port, and no minute to wait.
    const here = tour.replace("http://localhost:3000", service.url).replace("sleep 61", "sleep 2");
    expect(here).toContain(service.url);
    expect(here).toContain("sleep 2");
    const said = (await run(here)).filter((line) => !line.startsWith("<?xml"));
    const [refused, shares, same, expired, activity] = said.slice(-5);
    expect(JSON.parse(refused ?? "")).toMatchObject({ status: 403, code: "access_denied" });
    expect(JSON.parse(shares ?? "").shares).toEqual([expect.objectContaining({ email: "ben@example.com" })]);
    expect(same).toBe("the same bytes");
    expect(expired).toContain("Request has expired");
    const actions = JSON.parse(activity ?? "").items.map(({ action }: { action: string }) => action);
    expect(actions).toEqual(
      expect.arrayContaining(["note.created", "attachment.uploaded", "url.refused", "share.granted", "url.issued"]),
    );
  });

  it("signs a URL for an object of a bucket", async () => {
    const [, presign = ""] = await commandsUnder("A tour of five minutes");
    Object.assign(place.env, {
      AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_REGION: "eu-central-1",
    });
    const url = new URL((await run(presign)).at(-1) ?? "");
    expect(url.pathname).toBe("/report.pdf");
    expect(url.searchParams.get("X-Amz-Expires")).toBe("600");
  });
});
