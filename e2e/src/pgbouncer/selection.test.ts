import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { selectPgBouncer } from "./selection.ts";

describe("PgBouncer in a test run", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "valetkey-path-"));
    await writeFile(join(folder, "pgbouncer"), "", { mode: 0o755 });
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("is included where it is installed", () => {
    const selected = selectPgBouncer({ PATH: `/nowhere:${folder}` });
    expect(selected).toEqual({ missing: [], line: "PgBouncer in this run: yes" });
  });

  it("is left out where it is missing, with the command that adds it", () => {
    const { missing, line } = selectPgBouncer({ PATH: "/nowhere" });
    expect(missing).toEqual(["pool-modes"]);
    expect(line).toContain("PgBouncer in this run: no; to add it: apt-get install");
  });
});
