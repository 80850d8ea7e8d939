import { mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { mountSmallDisk } from "../../../packages/s3-local/src/testing/small-disk.ts";
import { useWorld } from "../client/testing/world.ts";
import { listen } from "../testing/forward.ts";
import { makeMachine } from "./testing/terminal.ts";

const HELLO = "hello";

/** Starts a service that returns the given response for a link, and the bytes "hello" for each file. Returns the URL of the link. */
async function linkTo(look: unknown, claim?: unknown): Promise<string> {
  const sendJson = (response: ServerResponse, value: unknown) =>
    response.setHeader("content-type", "application/json").end(JSON.stringify(value));
  const server = createServer((request, response) => {
    const { url = "", headers } = request;
    if (url === "/file") response.setHeader("content-length", HELLO.length).end(HELLO);
    else if (!url.endsWith("/claims")) sendJson(response, look);
    else {
      const expiresAt = new Date(Date.now() + 60_000).toISOString();
      const ids = (look as { files: { id: string }[] }).files.map(({ id }) => id);
      const fileUrl = `http://${headers.host}/file`;
      sendJson(
        response,
        claim ?? { claimId: "1", urls: ids.map((attachmentId) => ({ attachmentId, fileUrl, expiresAt })) },
      );
    }
  });
  const port = await listen(server);
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${port}/s/token`;
}

const opening = (files: unknown) => ({ state: "open", kind: "download", files });
const named = (filename: string, path?: string) => ({ filename, ...(path !== undefined && { path }) });
const filesOf = (names: object[]) => names.map((name, id) => ({ id: String(id), sizeBytes: HELLO.length, ...name }));

describe("valetkey get with a hostile service", () => {
  it("requirement 2: valetkey get saves no file outside of its folder", async () => {
    const machine = await makeMachine();
    const names = [
      ...[named("../../evil"), named("/etc/evil"), named(".."), named("a", "../../up/"), named("b", "/abs/")],
      ...[named("c:\\evil"), named("\u001b]0;evil\u0007"), named("x".repeat(1_000)), named("SAME"), named("same")],
      ...[named("CON"), named(""), named("\u009b31m"), named("d", "a/b/../../../")],
    ];
    const got = await machine.run(["get", await linkTo(opening(filesOf(names))), "-o", "in"]);
    expect(got.code).toBe(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the test looks for control characters.
    expect(got.stdout + got.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(got.stderr).toContain(`${names.length} of them have no SHA-256`);
    expect(await readdir(machine.folder)).toEqual(["in"]);
    expect((await readdir(machine.home)).toSorted()).toEqual([".local", "work"]);
    const entries = await readdir(join(machine.folder, "in"), { recursive: true, withFileTypes: true });
    expect(entries.filter((entry) => entry.isFile())).toHaveLength(names.length);
  });

  it("requirement 2: valetkey get follows no symbolic link in its folder", async () => {
    const machine = await makeMachine();
    await mkdir(join(machine.home, "private"));
    await symlink(join(machine.home, "private"), join(machine.folder, "photos"));
    const url = await linkTo(opening(filesOf([named("a", "photos/")])));
    expect(await machine.run(["get", url])).toMatchObject({ code: 6, stderr: expect.stringContaining("photos") });
    expect(await readdir(join(machine.home, "private"))).toEqual([]);
  });

  it.each([
    null,
    "text",
    { state: "open" },
    opening([null]),
    opening([{ id: "1", filename: 7, sizeBytes: 1 }]),
    opening([{ id: "1", filename: "a", sizeBytes: -1 }]),
    opening([{ id: "1", filename: "a", sizeBytes: 1e300 }]),
    opening([{ id: "1", filename: "a", path: {}, sizeBytes: 1 }]),
  ])("valetkey get refuses an invalid response to a request for a link (%j)", async (look) => {
    const machine = await makeMachine();
    const got = await machine.run(["get", await linkTo(look)]);
    expect(got).toMatchObject({ code: 1, stdout: "", stderr: expect.not.stringContaining(" at ") });
    expect(await readdir(machine.folder)).toEqual([]);
  });

  it.each([{}, { claimId: "1", urls: {} }, { claimId: "1", urls: [{ attachmentId: "0", fileUrl: "no URL" }] }])(
    "valetkey get refuses an invalid response to a request for a download claim (%j)",
    async (claim) => {
      const machine = await makeMachine();
      expect(await machine.run(["get", await linkTo(opening(filesOf([named("a")])), claim)])).toMatchObject({
        code: 1,
      });
    },
  );

  it("valetkey get stops reading a response or a file that is too long", async () => {
    const machine = await makeMachine();
    const server = createServer((_request, response) => {
      response.setHeader("content-type", "application/json");
      const more = () => void response.write(" ".repeat(1_000_000), (error) => error ?? more());
      more();
    });
    onTestFinished(() => void server.close());
    const got = await machine.run(["get", `http://127.0.0.1:${await listen(server)}/s/token`]);
    expect(got).toMatchObject({ code: 1, stderr: expect.stringContaining("too long") });
    const short = [{ ...named("a"), id: "0", sizeBytes: HELLO.length - 1 }];
    expect(await machine.run(["get", await linkTo(opening(short))])).toMatchObject({ code: 7 });
  });
});

describe("valetkey get after an interruption", () => {
  it("valetkey get, repeated in another folder, replaces no existing file there", async () => {
    const machine = await makeMachine();
    const tooShort = { ...named("b"), id: "1", sizeBytes: HELLO.length - 1 };
    const url = await linkTo(opening([...filesOf([named("a")]), tooShort]));
    expect(await machine.run(["get", url])).toMatchObject({ code: 7 });
    expect(await readFile(join(machine.folder, "a"), "utf8")).toBe(HELLO);
    const cwd = join(machine.home, "other");
    await mkdir(cwd);
    await writeFile(join(cwd, "a"), "other");
    expect(await machine.run(["get", url], { cwd })).toMatchObject({
      code: 6,
      stderr: expect.stringContaining("exists"),
    });
  });
});

describe("a link that changed during an interruption", () => {
  it("a repeated valetkey get does not treat a new file as the saved file of the same name", async () => {
    const machine = await makeMachine();
    const tooShort = { ...named("b"), id: "1", sizeBytes: HELLO.length - 1 };
    const files = [...filesOf([named("a")]), tooShort];
    const url = await linkTo(opening(files));
    expect(await machine.run(["get", url])).toMatchObject({ code: 7 });
    files.splice(0, 2, { ...named("a"), id: "2", sizeBytes: HELLO.length });
    const refused = await machine.run(["get", url]);
    expect(refused).toMatchObject({ code: 6, stderr: expect.stringContaining("not the file that the link has now") });
    expect(await machine.run(["get", url, "--force"])).toMatchObject({ code: 0 });
  });

  it("a repeated valetkey get does not replace a saved file that a person has changed", async () => {
    const machine = await makeMachine();
    const tooShort = { ...named("c"), id: "2", sizeBytes: HELLO.length - 1 };
    const files = [...filesOf([named("a"), named("b")]), tooShort];
    const url = await linkTo(opening(files));
    expect(await machine.run(["get", url])).toMatchObject({ code: 7 });
    files.pop();
    await writeFile(join(machine.folder, "b"), "other");
    expect(await machine.run(["get", url])).toMatchObject({ code: 6 });
    await rm(join(machine.folder, "b"));
    expect(await machine.run(["get", url, "--json"])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("false"),
    });
  });
});

describe("a machine with a full disk", () => {
  const getWorld = useWorld();

  it.runIf(process.platform === "linux" && process.getuid?.() === 0)(
    "after the disk was full, valetkey get continues with the bytes that it saved",
    async () => {
      const disk = await mountSmallDisk({ mebibytes: 12 });
      const [ann, bob] = [
        await makeMachine({ VALETKEY_URL: getWorld().url, VALETKEY_TOKEN: getWorld().token }),
        await makeMachine(),
      ];
      await writeFile(join(ann.folder, "a.bin"), Buffer.alloc(6_000_000, 7));
      const { stdout } = await ann.run(["send", "a.bin"]);
      await writeFile(join(disk, "ballast"), Buffer.alloc(8_000_000));
      const full = await bob.run(["get", stdout.trim(), "-o", disk]);
      expect(full).toMatchObject({ code: 6, stderr: expect.stringContaining("The disk is full") });
      await rm(join(disk, "ballast"));
      expect(await bob.run(["get", stdout.trim(), "-o", disk])).toMatchObject({ code: 0 });
      expect((await readFile(join(disk, "a.bin"))).equals(Buffer.alloc(6_000_000, 7))).toBe(true);
      expect(getWorld().toBucket.seen.filter((line) => line.startsWith("GET")).length).toBeGreaterThan(1);
    },
  );
});
