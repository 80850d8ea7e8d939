import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSmtpServer, tokenIn } from "../../packages/server/src/platform/mailer/testing/smtp-server.ts";
import { signTestJwt } from "../../packages/server/src/testing/auth/test-jwt.ts";
import { type Api, apiAs, putAsTold } from "./testing/api.ts";
import { makePlace, type Place, type RunningService, runCli, startProcess } from "./testing/service.ts";

describe("requirement 28: a full run of the service writes no secret", () => {
  let place: Place;
  let service: RunningService;
  let smtp: Awaited<ReturnType<typeof startSmtpServer>>;
  const secrets = new Map<string, string>();
  let written = "";

  beforeAll(async () => {
    smtp = await startSmtpServer();
    secrets.set("SMTP password", "open-sesame-smtp");
    const mail = { SMTP_URL: `smtp://me:open-sesame-smtp@127.0.0.1:${smtp.port}`, MAIL_FROM: "files@example.com" };
    place = await makePlace({ LOG_LEVEL: "trace", ...mail });
    service = await startProcess(place);
    const jwt = await signTestJwt({ sub: "ann", email: "ann@example.com" });
    secrets.set("bearer token", jwt);
    const ann = await apiAs(service.url, { token: jwt });
    const note = await ann.call("POST", "/notes", { title: "Secrets" });
    const file = await ann.attach(note.body.id, { name: "a.txt", bytes: Buffer.from("hello"), type: "text/plain" });
    const issued = await ann.call("GET", `/attachments/${file.body.id}/url`);
    await fetch(issued.body.fileUrl);
    // The built-in bucket refuses the changed signature. The bucket's log must not contain the refused URL either.
    await fetch(`${issued.body.fileUrl}0`);
    keepUrl("download", issued.body.fileUrl);
    const redirect = await ann.call("GET", `/attachments/${file.body.id}/download`);
    keepUrl("redirect", redirect.headers.get("location") ?? "");
    const started = await ann.call("POST", `/notes/${note.body.id}/uploads`, {
      filename: "b.txt",
      sizeBytes: 5,
      contentType: "text/plain",
    });
    keepUrl("upload", started.body.upload.url);
    await putAsTold(started.body.upload, Buffer.from("hello"));
    await ann.call("POST", `/uploads/${started.body.upload.id}/complete`);
    const [inParts] = await uppyParts(ann, note.body.id);
    keepUrl("part", inParts ?? "");
    await ann.call("GET", `/attachments/not-an-id/url?X-Amz-Signature=feedfacefeedfacefeedface`);
    secrets.set("signature in a refused query", "feedfacefeedfacefeedface");
    await withAccount();
    await withForgottenPassword();
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    const activity = JSON.stringify((await ann.call("GET", "/activity")).body);
    await service.stop();
    written = service.output() + metrics + activity;
  });

  afterAll(async () => {
    await smtp.stop();
    await place.remove();
  });

  async function withAccount(): Promise<void> {
    const password = "correct-horse-battery-staple";
    secrets.set("password", password);
    await runCli(place, ["user", "add", "--email", "cat@example.com", "--password", password]);
    const { stdout } = await runCli(place, ["token", "create", "--email", "cat@example.com"]);
    secrets.set("API token", stdout.trim());
    const cat = await apiAs(service.url, { token: stdout.trim() });
    expect((await cat.call("GET", "/me")).status).toBe(200);
    const response = await fetch(`${service.url}/auth/sign-in/email`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: service.url },
      body: JSON.stringify({ email: "cat@example.com", password }),
    });
    const cookie = response.headers.getSetCookie()[0]?.split(";", 1)[0] ?? "";
    expect(cookie).toContain("=");
    secrets.set("cookie", cookie.slice(cookie.indexOf("=") + 1));
    const mark = response.headers.getSetCookie()[1]?.split(";", 1)[0] ?? "";
    secrets.set("mark of the browser", mark.slice(mark.indexOf("=") + 1));
    expect((await fetch(`${service.url}/me`, { headers: { cookie } })).status).toBe(200);
  }

  async function withForgottenPassword(): Promise<void> {
    const post = (path: string, json: object) =>
      fetch(`${service.url}/auth/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", origin: service.url },
        body: JSON.stringify(json),
      });
    const newPassword = "another-horse-battery-staple";
    secrets.set("new password", newPassword);
    const { stdout } = await runCli(place, ["user", "reset", "cat@example.com"]);
    const [, ofOperator = ""] = /#(\S+)/.exec(stdout) ?? [];
    expect((await post("request-password-reset", { email: "cat@example.com" })).status).toBe(200);
    // Waits for two mails, because the sign-in also causes a mail.
    const mail = (await smtp.received(2)).find(({ parsed }) => parsed.text?.includes("/new-password#"));
    if (mail === undefined) throw new Error("No mail has arrived");
    secrets.set("token of the operator", ofOperator).set("token of a mail", tokenIn(mail));
    for (const token of [ofOperator, tokenIn(mail)]) {
      await post("check-password-reset", { token });
      await post("reset-password", { token, newPassword });
    }
  }

  /** Starts a multipart upload as Uppy does. Returns the URLs of the parts. */
  async function uppyParts(ann: Api, noteId: string): Promise<string[]> {
    const described = { filename: "d.txt", type: "text/plain", metadata: { noteId, size: 5 } };
    const { uploadId, key } = (await ann.call("POST", "/s3/multipart", described)).body;
    const signed = await ann.call("GET", `/s3/multipart/${uploadId}/batch?key=${key}&partNumbers=1`);
    return Object.values(signed.body.presignedUrls);
  }

  function keepUrl(name: string, url: string): void {
    const query = new URL(url).searchParams;
    secrets.set(`${name} signature`, query.get("X-Amz-Signature") ?? "");
    secrets.set(`${name} credential`, query.get("X-Amz-Credential") ?? "");
  }

  it("the tests look for at least ten secrets in a log that is not empty", () => {
    expect([...secrets.values()].every((secret) => secret.length > 10)).toBe(true);
    expect(secrets.size).toBeGreaterThanOrEqual(10);
    expect(written.length).toBeGreaterThan(1000);
    expect(written).toContain("url.issued");
  });

  it("the log, the metrics and the audit log contain no secret", () => {
    const found = [...secrets].filter(
      ([, secret]) => written.includes(secret) || written.includes(encodeURIComponent(secret)),
    );
    expect(found.map(([name]) => name)).toEqual([]);
    expect(written).not.toMatch(/X-Amz-(Signature|Credential|Security-Token)=[^&\s"]/i);
  });

  it("the database contains no URL, token or password in plain text", async () => {
    const names = ["valetkey.db", "valetkey.db-wal", "valetkey.db-url-journal", "valetkey.db-url-journal-wal"];
    const files = await Promise.all(
      names.map((name) => readFile(join(place.dataDir, name)).catch(() => Buffer.alloc(0))),
    );
    const database = Buffer.concat(files).toString("latin1");
    expect(database).toContain("url.issued");
    const kept = [...secrets].filter(([name, secret]) => name !== "cookie" && database.includes(secret));
    expect(kept.map(([name]) => name)).toEqual([]);
  });
});
