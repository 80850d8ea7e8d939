import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { bucketOn } from "../../../platform/bucket/testing/bucket-server.ts";
import { engines } from "../../../testing/database/test-databases.ts";
import { storeLink, visitorOf } from "../../../testing/link-visits.ts";
import { useService } from "../../../testing/use-service.ts";
import type { Attachment } from "../../access/attachment.ts";
import { linkQueries } from "../queries/links.ts";

const run = promisify(execFile);
const PASSWORD = "open sesame";
const BROWSER = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

describe.each(engines)("downloads without JavaScript, on $name", (engine) => {
  const service = useService({ engine });
  let origin = "";
  beforeAll(async () => {
    await service.app.listen({ port: 0, host: "127.0.0.1" });
    origin = `http://127.0.0.1:${(service.app.server.address() as AddressInfo).port}`;
  });

  const visitor = () => visitorOf(service.app);
  const claims = async (linkId: string) => (await linkQueries(service.db).find(linkId))?.link.claims;

  async function store(files: readonly Attachment[]): Promise<void> {
    const bucket = bucketOn(service.bucketServer);
    for (const { objectKey, filename, contentType } of files) {
      const body = Readable.from([Buffer.from(`bytes of ${filename}`)]);
      await bucket.store({ objectKey, contentType, body, maxBytes: 1_000 });
    }
    bucket.close();
  }

  /** Runs curl in an empty folder. Returns the names and contents of the files that curl saves there. */
  async function curl(token: string, data: readonly string[], jar?: string): Promise<Record<string, string>> {
    const folder = await mkdtemp(join(tmpdir(), "valetkey-curl-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const fields = data.flatMap((field) => ["-d", field]);
    const cookies = jar === undefined ? [] : ["-b", jar, "-c", jar];
    await run("curl", ["-sSfOJL", ...cookies, ...fields, `${origin}/s/${token}/download`], { cwd: folder });
    const names = await readdir(folder);
    return Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), "utf8")])),
    );
  }

  it("curl saves the only file of a link and uses one download claim", async () => {
    const { token, link, files } = await storeLink(service.db);
    await store(files);
    expect(await curl(token, [""])).toEqual({ "file-0.txt": "bytes of file-0.txt" });
    expect(await claims(link.id)).toBe(1);
  });

  it("curl saves one of several files if the command has the file's id and the password", async () => {
    const { token, link, files } = await storeLink(service.db, { fileCount: 2, password: PASSWORD });
    await store(files);
    await expect(curl(token, ["", `password=${PASSWORD}`])).rejects.toThrow("400");
    await expect(curl(token, [`attachmentId=${files[1]?.id}`])).rejects.toThrow("403");
    expect(await claims(link.id)).toBe(0);
    const saved = await curl(token, [`password=${PASSWORD}`, `attachmentId=${files[1]?.id}`]);
    expect(saved).toEqual({ "file-1.txt": "bytes of file-1.txt" });
    expect(await claims(link.id)).toBe(1);
  });

  it("a repeated curl command with the same cookies uses no further download claim", async () => {
    const folder = await mkdtemp(join(tmpdir(), "valetkey-jar-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const { token, link, files } = await storeLink(service.db, { maxClaims: 1 });
    await store(files);
    for (let run = 0; run < 2; run += 1) {
      expect(await curl(token, [""], join(folder, "jar"))).toEqual({ "file-0.txt": "bytes of file-0.txt" });
    }
    expect(await claims(link.id)).toBe(1);
  });

  it.each([
    [{}, "''"],
    [{ password: PASSWORD }, "password=…"],
  ])("the download page of a link shows the commands for curl (link settings: %j)", async (given, data) => {
    const { token } = await storeLink(service.db, given);
    const { text } = await visitor().send(`GET /s/${token}/download`);
    expect(text).toContain(`  curl -OJL -d ${data} https://`);
    expect(text).toContain(`  curl -OJL -b jar -c jar -d ${data} https://`);
  });

  it("the text for a terminal lists the files of a link and uses no download claim", async () => {
    const { token, link, files } = await storeLink(service.db, { fileCount: 2 });
    for (const [call, status] of [
      ["GET", 200],
      ["POST", 400],
    ] as const) {
      const answer = await visitor().send(`${call} /s/${token}/download`, call === "POST" ? { form: "" } : {});
      expect(answer.status).toBe(status);
      expect(answer.headers["content-type"]).toContain("text/plain");
      for (const { id, filename } of files) expect(answer.text).toContain(`${id}  ${filename}`);
    }
    expect(await claims(link.id)).toBe(0);
  });

  describe("requirement 30: programs that open links", () => {
    it("HEAD, GET, OPTIONS and prefetch requests to a link use no download claim", async () => {
      const { token, link } = await storeLink(service.db, { maxClaims: 1 });
      const paths = ["", "/unlock", "/claims", `/claims/${link.id}/urls`].map(
        (path) => `/public/links/${token}${path}`,
      );
      for (const path of [...paths, `/s/${token}/download`, `/s/${token}`]) {
        for (const method of ["HEAD", "GET", "OPTIONS"]) {
          for (const headers of [{}, BROWSER, { "sec-purpose": "prefetch;prerender", ...BROWSER }]) {
            const { headers: answered } = await visitor().send(`${method} ${path}`, { headers });
            expect(answered.location).toBeUndefined();
          }
        }
      }
      expect(await claims(link.id)).toBe(0);
    });

    it.each([
      ["one file", { fileCount: 1 }],
      ["several files", { fileCount: 2 }],
      ["a limit", { fileCount: 2, maxClaims: 1 }],
    ])("a program that submits the form without a button uses no download claim (%s)", async (_, given) => {
      const { token, link } = await storeLink(service.db, given);
      const scanner = visitor();
      const page = await scanner.send(`GET /s/${token}/download`, { headers: BROWSER });
      expect(page.text.match(/<input [^>]*>/g)).toEqual(['<input type="hidden" name="form" value="1">']);
      const refused = await scanner.send(`POST /s/${token}/download`, { form: "form=1", headers: BROWSER });
      expect([refused.status, refused.text]).toEqual([400, expect.stringContaining("Choose a file.")]);
      expect(await claims(link.id)).toBe(0);
    });

    it("a program that presses each button of a limited link's page uses no download claim", async () => {
      const { token, link } = await storeLink(service.db, { fileCount: 2, maxClaims: 1 });
      const scanner = visitor();
      const page = await scanner.send(`GET /s/${token}/download`, { headers: BROWSER });
      const buttons = [...page.text.matchAll(/<button name="(\w+)" value="([^"]+)"/g)];
      expect(buttons).toHaveLength(2);
      for (const [, name, value] of buttons) {
        const form = `form=1&${name}=${value}`;
        const answer = await scanner.send(`POST /s/${token}/download`, { form, headers: BROWSER });
        expect([answer.status, answer.headers.location]).toEqual([200, undefined]);
        // The next page has the file in a hidden field, which a program also submits.
        expect(answer.text).toContain(`<input type="hidden" name="attachmentId" value="${value}">`);
        expect((await scanner.send(`POST /s/${token}/download`, { form, headers: BROWSER })).status).toBe(200);
      }
      expect(await claims(link.id)).toBe(0);
    });
  });

  it("a button of the download page downloads its file without another question", async () => {
    const { token, link, files } = await storeLink(service.db, { fileCount: 2 });
    const ann = visitor();
    const { text } = await ann.send(`GET /s/${token}/download`, { headers: BROWSER });
    expect(text).toContain(`<button name="attachmentId" value="${files[1]?.id}" aria-label="Download: file-1.txt">`);
    const form = `form=1&attachmentId=${files[1]?.id}`;
    const { status, headers } = await ann.send(`POST /s/${token}/download`, { form, headers: BROWSER });
    expect(status).toBe(303);
    expect(headers.location).toContain(service.bucketServer.endpoint);
    expect(await claims(link.id)).toBe(1);
  });

  it("the download page of a limited link asks before it uses a download claim", async () => {
    const { token, link, files } = await storeLink(service.db, { fileCount: 2, maxClaims: 2 });
    const ann = visitor();
    const press = (form: string) =>
      ann.send(`POST /s/${token}/download`, { form: `form=1&attachmentId=${form}`, headers: BROWSER });
    const asked = await press(files[0].id);
    expect(asked.text).toContain("This uses one of the last 2 downloads of the link.");
    expect(asked.text).toContain('<a href="">Back to the files</a>');
    expect(asked.text).not.toContain("file-1.txt");
    expect((await press(`${files[0].id}`.toUpperCase())).status).toBe(200);
    expect((await press(`${files[0].id}&confirm=yes`)).status).toBe(303);
    // The download of the other file belongs to the same claim.
    expect((await press(`${files[1]?.id}`)).status).toBe(303);
    expect(await claims(link.id)).toBe(1);
    expect((await press("018f3c1e-7c1e-7000-8000-000000000000")).status).toBe(404);
  });

  it.each([
    ["en", 58.5, "Ends in 59 minutes"],
    ["de", 47.5 * 60, "Endet in 48 Stunden"],
    ["en", 71 * 60, "Ends in 3 days"],
    ["de", 71 * 60, "Endet in 3 Tagen"],
  ])("the download page in the language %s says when a link ends (in %d minutes)", async (language, minutes, shown) => {
    const { token } = await storeLink(service.db, { expiresAt: Date.now() + minutes * 60_000 });
    const headers = { ...BROWSER, "accept-language": language };
    expect((await visitor().send(`GET /s/${token}/download`, { headers })).text).toContain(shown);
  });

  it("the download page shows the files of a link only after the password", async () => {
    const { token, link, files } = await storeLink(service.db, { fileCount: 2, password: PASSWORD });
    const ann = visitor();
    const submit = (form: string) => ann.send(`POST /s/${token}/download`, { form, headers: BROWSER });
    const locked = await ann.send(`GET /s/${token}/download`, { headers: BROWSER });
    expect(locked.text).not.toMatch(/file-0|ann/);
    const wrong = await submit("form=1&password=wrong");
    expect([wrong.status, wrong.text]).toEqual([403, expect.stringContaining("The password is wrong.")]);
    const unlocked = await submit(`form=1&password=${PASSWORD}`);
    expect([unlocked.status, unlocked.text]).toEqual([200, expect.stringContaining("file-1.txt")]);
    expect(await claims(link.id)).toBe(0);
    expect((await submit(`form=1&attachmentId=${files[1]?.id}`)).status).toBe(303);
    expect((await submit(`form=1&attachmentId=${files[0].id}`)).status).toBe(303);
    expect(await claims(link.id)).toBe(1);
  });

  it("the download page has the language of the browser", async () => {
    const { token } = await storeLink(service.db, { fileCount: 2, file: { sizeBytes: 2_208 }, password: PASSWORD });
    const headers = { ...BROWSER, "accept-language": "de-CH, en;q=0.5" };
    const ann = visitor();
    const submit = (form: string) => ann.send(`POST /s/${token}/download`, { form, headers });
    expect((await submit("form=1&password=wrong")).text).toContain("Das Passwort fehlt oder stimmt nicht.");
    const { text } = await submit(`form=1&password=${PASSWORD}`);
    for (const part of ['<html lang="de">', "2\u00a0Dateien für Sie", "2,2 kB", "Herunterladen: file-1.txt"]) {
      expect(text).toContain(part);
    }
    expect((await submit("form=1")).text).toContain("Wählen Sie eine Datei.");
    const ended = await visitor().send("GET /s/unknown/download", { headers });
    expect(ended.text).toContain("Dieser Link ist beendet");
    expect((await visitor().send("GET /s/unknown/download", { headers: BROWSER })).text).toContain('<html lang="en">');
  });

  it("the download page of a revoked link says that the link has ended", async () => {
    const { token } = await storeLink(service.db, { revokedAt: 1 });
    for (const call of [`GET /s/${token}/download`, `POST /s/${token}/download`, "GET /s/unknown/download"]) {
      const { status, text } = await visitor().send(call, {
        headers: BROWSER,
        ...(call.startsWith("POST") && { form: "" }),
      });
      expect(status).toBe(404);
      expect(text).toContain("This link has ended");
      expect(text).not.toContain("<form");
    }
  });

  it.each([
    [1, "1 byte"],
    [656, "656 bytes"],
    [2_208, "2.2 kB"],
    [734_003_200, "734 MB"],
  ])("the download page shows a size of %i as %s", async (sizeBytes, shown) => {
    const { token } = await storeLink(service.db, { file: { sizeBytes } });
    const { text } = await visitor().send(`GET /s/${token}/download`, { headers: BROWSER });
    expect(text).toContain(`<bdi>file-<wbr>0.txt</bdi> <small>${shown}</small>`);
  });

  it.each([
    ["IMG_2041 R&D_final.txt", "IMG_<wbr>2041 R&#38;D_<wbr>final.txt"],
    ["aaaaaaaaaaaaaaaaaaaaaaaa.tar.gz", "aaaaaaaaaaaaaaaaaaaaaaaa.tar<wbr>.gz"],
    ["_", "_<wbr>"],
  ])("the download page allows line breaks between the words of the filename %j", async (filename, shown) => {
    const { token } = await storeLink(service.db, { file: { filename } });
    const { text } = await visitor().send(`GET /s/${token}/download`, { headers: BROWSER });
    expect(text).toContain(`<bdi>${shown}</bdi>`);
  });

  it("the download page escapes HTML in names, messages and filenames", async () => {
    await service.useCases.rememberPerson({ id: "eve", email: null, name: "<script>eve()</script>" });
    const file = { filename: `"><img src=x onerror=alert(1)>.txt` };
    const { token, link } = await storeLink(service.db, { message: "</p><script>message()</script>", file });
    const { kysely } = service.database.db;
    await kysely.updateTable("notes").set({ owner_id: "eve" }).where("id", "=", link.noteId).execute();
    await kysely.updateTable("links").set({ created_by: "eve" }).where("id", "=", link.id).execute();
    const { text, headers } = await visitor().send(`GET /s/${token}/download`, { headers: BROWSER });
    expect(text).toContain("&#60;script&#62;eve()");
    expect(text).not.toMatch(/<script|<img src=x|onerror=alert\(1\)>/);
    expect(text).toContain("<title>A file for you</title>");
    const policy = String(headers["content-security-policy"]);
    expect(policy).toMatch(/^default-src 'none'; img-src 'self'; style-src 'sha256-[^']+'; form-action 'self' http/);
    expect(policy).not.toContain("script-src");
  });
});
