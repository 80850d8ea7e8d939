import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LARGE_BYTES, LARGE_PARTS, writeRandomFile } from "../client/testing/files.ts";
import { useWorld } from "../client/testing/world.ts";
import { type Machine, makeMachine } from "./testing/terminal.ts";

const getWorld = useWorld();

/** Makes the machine of a person who is signed in with environment variables. */
const sender = () => makeMachine({ VALETKEY_URL: getWorld().url, VALETKEY_TOKEN: getWorld().token });

async function sendAsJson(machine: Machine, ...args: string[]) {
  const { code, stdout, stderr } = await machine.run(["send", "--json", ...args]);
  expect([code, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout);
}

const hashOf = async (path: string) =>
  createHash("sha256")
    .update(await readFile(path))
    .digest("hex");

/** Returns the sizes of the part files of interrupted downloads. */
async function partsIn(folder: string): Promise<number[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".part"));
  return Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
}

describe("valetkey send and valetkey get", () => {
  it("a visitor gets the files and folders that a person sent from a terminal", async () => {
    const [ann, bob] = [await sender(), await makeMachine()];
    await mkdir(join(ann.folder, "photos/2024"), { recursive: true });
    await writeFile(join(ann.folder, "photos/2024/sea.txt"), "sea");
    await writeFile(join(ann.folder, "photos/empty"), "");
    await writeFile(join(ann.folder, "notes.txt"), "notes");
    const sent = await ann.run(["send", "photos", "notes.txt", "--note", "Holiday", "--expires", "2d"]);
    expect(sent).toMatchObject({ code: 0, stdout: expect.stringMatching(/^http\S+\/s\/\S+\n$/) });
    expect(sent.stderr).toMatch(/^Sent 3 files, 8 B\. The link expires on \S+Z\.\n$/);
    const [link] = (await getWorld().client.links.list()).items;
    expect(link).toMatchObject({ noteTitle: "Holiday", hasPassword: false, maxClaims: null });
    expect(Date.parse(link?.expiresAt ?? "") - Date.now()).toBeGreaterThan(47 * 3_600_000);

    const got = await bob.run(["get", sent.stdout.trim(), "-o", "in"]);
    expect(got).toMatchObject({ code: 0, stdout: "in/photos/2024/sea.txt\nin/photos/empty\nin/notes.txt\n" });
    expect(got.stderr).toBe("Saved 3 files, 8 B.\n");
    expect(await readFile(join(bob.folder, "in/photos/2024/sea.txt"), "utf8")).toBe("sea");
    expect(await readFile(join(bob.folder, "in/photos/empty"), "utf8")).toBe("");
    expect(await partsIn(join(bob.folder, "in"))).toEqual([]);
    expect(await readdir(join(ann.home, ".local/state/valetkey"))).toEqual([]);
  });

  it("valetkey get saves files of the same name in the folders of the sender", async () => {
    const [ann, bob] = [await sender(), await makeMachine()];
    for (const year of ["2024", "2025"]) {
      await mkdir(join(ann.folder, year));
      await writeFile(join(ann.folder, year, "a.txt"), year);
    }
    const { url, files } = await sendAsJson(ann, "2024/a.txt", "2025/a.txt");
    expect(files.map(({ name }: { name: string }) => name)).toEqual(["2024/a.txt", "2025/a.txt"]);
    expect(await bob.run(["get", url])).toMatchObject({ code: 0, stdout: "2024/a.txt\n2025/a.txt\n" });
    expect(await readFile(join(bob.folder, "2025/a.txt"), "utf8")).toBe("2025");
  });

  it("valetkey send makes a password, and valetkey get refuses a wrong password", async () => {
    const [ann, bob] = [await sender(), await makeMachine()];
    await writeFile(join(ann.folder, "a.txt"), "a");
    // The filename after `--password` must not become the password.
    const { url, password, files } = await sendAsJson(ann, "--password", "a.txt", "--max-downloads", "1");
    expect([files, password]).toEqual([[{ name: "a.txt", sizeBytes: 1 }], expect.stringMatching(/^(\w{4}-){3}\w{4}$/)]);
    expect(await bob.run(["get", url])).toMatchObject({ code: 3, stderr: expect.stringContaining("--password") });
    expect(await bob.run(["get", url, "--password", "wrong"])).toMatchObject({ code: 3, stdout: "" });
    const got = await bob.run(["get", url, "--password", password, "--json"]);
    expect([got.code, JSON.parse(got.stdout)]).toEqual([
      0,
      { files: [{ path: "a.txt", sizeBytes: 1, sha256Checked: true }] },
    ]);
    const usedUp = await (await makeMachine()).run(["get", url, "--password", password]);
    expect(usedUp).toMatchObject({ code: 4, stdout: "" });
  });

  it("valetkey send and valetkey get can read a password from standard input", async () => {
    const [ann, bob] = [await sender(), await makeMachine()];
    await writeFile(join(ann.folder, "a.txt"), "a");
    const secret = { input: "correct horse\n" };
    const { code, stdout } = await ann.run(["send", "a.txt", "--password-stdin"], secret);
    expect(code).toBe(0);
    const url = stdout.trim();
    expect(await bob.run(["get", url, "--password", "correct"])).toMatchObject({ code: 3 });
    expect(await bob.run(["get", url, "--password-stdin"], secret)).toMatchObject({ code: 0, stdout: "a.txt\n" });
  });

  it("valetkey get replaces an existing file only with --force", async () => {
    const [ann, bob] = [await sender(), await makeMachine()];
    await writeFile(join(ann.folder, "a.txt"), "new");
    const { url } = await sendAsJson(ann, "a.txt", "--max-downloads", "1");
    await writeFile(join(bob.folder, "a.txt"), "old");
    expect(await bob.run(["get", url])).toMatchObject({ code: 6, stderr: expect.stringContaining("--force") });
    expect(await readFile(join(bob.folder, "a.txt"), "utf8")).toBe("old");
    expect(await bob.run(["get", url, "--force"])).toMatchObject({ code: 0 });
    expect(await readFile(join(bob.folder, "a.txt"), "utf8")).toBe("new");
  });

  it("valetkey send sends only the missing parts after kill -9 or a lost connection", async () => {
    const { toBucket } = getWorld();
    const ann = await sender();
    const { path, sha256 } = await writeRandomFile(ann.folder, { sizeBytes: LARGE_BYTES });
    const stuck = Promise.withResolvers<void>();
    const isPart = (line: string) => line.includes("partNumber=");
    toBucket.decide(({ url = "" }) => {
      if (!isPart(url) || toBucket.seen.filter(isPart).length < 6) return "pass";
      stuck.resolve();
      return { hold: () => new Promise(() => undefined) };
    });
    const first = ann.start(["send", path]);
    await stuck.promise;
    first.child.kill("SIGKILL");
    expect((await first.ended).stdout).toBe("");
    toBucket.reset();
    let cuts = 0;
    toBucket.decide(({ url = "" }) => (isPart(url) && cuts++ === 0 ? { cutAt: 0.5 } : "pass"));
    const second = await ann.run(["send", path]);
    expect(second).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^Continues the interrupted command\.\nSent/),
    });
    expect(toBucket.seen.filter(isPart).length - 1).toBeLessThan(LARGE_PARTS);
    const { items } = await getWorld().client.notes.list();
    expect(items.map(({ title }) => title)).toEqual(["random.bin"]);
    const bob = await makeMachine();
    expect(await bob.run(["get", second.stdout.trim()])).toMatchObject({ code: 0 });
    expect(await hashOf(join(bob.folder, "random.bin"))).toBe(sha256);
  });

  it.each([
    {
      title: "returns the same link",
      args: ["--expires", "2d", "--password=one-one"],
      isSame: true,
    },
    {
      title: "with another password creates another link",
      args: ["--expires", "2d", "--password=two-two"],
      isSame: false,
    },
    {
      title: "with another expiry creates another link",
      args: ["--expires", "3d", "--password=one-one"],
      isSame: false,
    },
  ])("if the response with the new link is lost, a repeated valetkey send $title", async ({ args, isSame }) => {
    const { toService, client } = getWorld();
    const [ann, bob] = [await sender(), await makeMachine()];
    await writeFile(join(ann.folder, "a.txt"), "a");
    const hasLink = Promise.withResolvers<void>();
    const loseLink = async () => {
      hasLink.resolve();
      await ended;
    };
    toService.decide(({ method, url = "" }) =>
      method === "POST" && url.endsWith("/links") ? { hold: async () => undefined, release: loseLink } : "pass",
    );
    const { child, ended } = ann.start(["send", "a.txt", "--expires", "2d", "--password=one-one"]);
    await hasLink.promise;
    child.kill("SIGKILL");
    await ended;
    toService.reset();
    const [made] = (await client.links.list()).items;
    const again = await ann.run(["send", "--json", "a.txt", ...args]);
    expect(again).toMatchObject({ code: 0, stderr: "Continues the interrupted command.\n" });
    const { url, linkId, expiresAt, password } = JSON.parse(again.stdout);
    expect(linkId === made?.id).toBe(isSame);
    const link = (await client.links.list()).items.find(({ id }) => id === linkId);
    expect([expiresAt, args]).toEqual([link?.expiresAt, expect.arrayContaining([`--password=${password}`])]);
    expect(await bob.run(["get", url, "--password", password])).toMatchObject({ code: 0 });
  });

  it.each(["note", "file"] as const)(
    "valetkey send sends a file again if its %s was deleted after the interruption",
    async (deleted) => {
      const { client } = getWorld();
      const [ann, bob] = [await sender(), await makeMachine()];
      await mkdir(join(ann.folder, "notes"));
      await writeFile(join(ann.folder, "notes/a.txt"), "a");
      await writeFile(join(ann.folder, "notes/b.txt"), "b");
      // The first path also contains the file of the second path.
      const paths = ["notes", "notes/b.txt"];
      // The service refuses this password after the upload.
      const tooLong = `--password=${"a".repeat(201)}`;
      expect(await ann.run(["send", ...paths, tooLong])).toMatchObject({ code: 1, stdout: "" });
      const [note] = (await client.notes.list()).items;
      const [file] = (await client.notes.listAttachments(note?.id ?? "")).items;
      if (deleted === "note") await client.notes.remove(note?.id ?? "");
      else await client.attachments.remove(file?.id ?? "");
      const { url } = JSON.parse((await ann.run(["send", "--json", ...paths])).stdout);
      const got = await bob.run(["get", url]);
      expect(got.stdout.trim().split("\n").toSorted()).toEqual(["notes/a.txt", "notes/b.txt"]);
    },
  );

  it("valetkey get continues after kill -9 and a lost connection, and counts as one download", async () => {
    const { toBucket } = getWorld();
    const [ann, bob] = [await sender(), await makeMachine()];
    const { path, sha256 } = await writeRandomFile(ann.folder, { sizeBytes: 20_000_000 });
    const { url, linkId } = await sendAsJson(ann, path, "--max-downloads", "1");
    const stuck = Promise.withResolvers<void>();
    toBucket.decide(() => ({ answerBytes: 9_000_000, thenDo: () => stuck.resolve() }));
    const first = bob.start(["get", url]);
    await stuck.promise;
    // When the part file grows, its first bytes are on the disk.
    await expect.poll(() => partsIn(bob.folder).then(([bytes = 0]) => bytes)).toBeGreaterThan(1_000_000);
    first.child.kill("SIGKILL");
    await first.ended;
    const [stored = 0] = await partsIn(bob.folder);
    toBucket.reset();
    let cuts = 0;
    toBucket.decide(({ headers }) => {
      if (cuts++ > 0) return "pass";
      expect(headers.range).toBe(`bytes=${stored}-`);
      return { answerBytes: 1_000_000, thenDo: (connection) => void connection.destroy() };
    });
    expect(await bob.run(["get", url])).toMatchObject({ code: 0, stdout: "random.bin\n" });
    expect(await hashOf(join(bob.folder, "random.bin"))).toBe(sha256);
    expect((await getWorld().client.links.get(linkId)).claims).toBe(1);
  });

  it("valetkey get deletes a file whose SHA-256 is wrong, and can get the file again", async () => {
    const [ann, bob] = [await sender(), await makeMachine()];
    const { path, sha256 } = await writeRandomFile(ann.folder, { sizeBytes: 1_000_000 });
    const { url } = await sendAsJson(ann, path);
    getWorld().toBucket.decide(() => ({ answerBytes: 500_000, thenDo: () => first.child.kill("SIGKILL") }));
    const first = bob.start(["get", url]);
    await first.ended;
    getWorld().toBucket.reset();
    const [part = ""] = (await readdir(bob.folder)).filter((name) => name.endsWith(".part"));
    // Simulates a disk that has damaged the stored bytes.
    const { size } = await stat(join(bob.folder, part));
    await truncate(join(bob.folder, part), 0);
    await truncate(join(bob.folder, part), Math.max(size, 1000));
    expect(await bob.run(["get", url])).toMatchObject({ code: 7, stderr: expect.stringContaining("SHA-256") });
    expect(await readdir(bob.folder)).toEqual([]);
    expect(await bob.run(["get", url])).toMatchObject({ code: 0 });
    expect(await hashOf(join(bob.folder, "random.bin"))).toBe(sha256);
  });

  it("Ctrl-C ends valetkey send with exit code 130, and a message says how to continue", async () => {
    const { toBucket } = getWorld();
    const ann = await sender();
    await writeFile(join(ann.folder, "a.txt"), "a");
    const stuck = Promise.withResolvers<void>();
    toBucket.decide(() => ({ hold: () => new Promise(() => stuck.resolve()) }));
    const first = ann.start(["send", "a.txt"]);
    await stuck.promise;
    const other = await ann.run(["send", "a.txt"]);
    expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining(`The process ${first.child.pid} runs`) });
    first.child.kill("SIGINT");
    expect(await first.ended).toMatchObject({ code: 130, stderr: expect.stringContaining("Run the same command") });
    toBucket.reset();
    expect(await ann.run(["send", "a.txt"])).toMatchObject({ code: 0 });
    expect((await getWorld().client.notes.list()).items).toHaveLength(1);
  });

  it("valetkey send and valetkey get explain a problem, with documented exit codes", async () => {
    const [ann, nobody] = [await sender(), await makeMachine()];
    await mkdir(join(ann.folder, "empty"));
    expect(await nobody.run(["send", "a.txt"])).toMatchObject({ code: 3, stderr: expect.stringContaining("login") });
    expect(await ann.run(["send", "missing.txt"])).toMatchObject({
      code: 6,
      stderr: "missing.txt does not exist.\n",
    });
    expect(await ann.run(["send", "empty"])).toMatchObject({ code: 6 });
    expect(await ann.run(["send", "empty", "--expires", "soon"])).toMatchObject({ code: 2 });
    expect(await ann.run(["send"])).toMatchObject({ code: 2 });
    expect(await nobody.run(["get", "https://example.com/other"])).toMatchObject({ code: 2 });
    expect(await nobody.run(["get", `${getWorld().url}/s/unknown`])).toMatchObject({ code: 4 });
    expect(await nobody.run(["get", "http://127.0.0.1:1/s/unknown"])).toMatchObject({ code: 5 });
    const refused = await ann.run(["send", "empty"], { env: { VALETKEY_TOKEN: "vk_wrong" } });
    expect(refused).toMatchObject({ code: 6 });
    await writeFile(join(ann.folder, "a.txt"), "a");
    const signedOut = await ann.run(["send", "a.txt"], { env: { VALETKEY_TOKEN: `vk_${"A".repeat(43)}` } });
    expect(signedOut).toMatchObject({ code: 3, stderr: expect.stringContaining("Sign in again") });
  });
});
