import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { describeConfig } from "./describe.ts";
import { startDirectory } from "./testing/start-directory.ts";

const MAIL_FROM = "files@example.com";
/** These settings cause no warnings, so the tests see only the warnings about mail. */
const BEHIND_PROXY = {
  PUBLIC_URL: "https://files.example.com",
  S3_PUBLIC_ENDPOINT: "https://bucket.example.com",
  TRUST_PROXY: "1",
};

let directory: ReturnType<typeof startDirectory>;
beforeEach(() => {
  directory = startDirectory();
});
const load = (env: Record<string, string>) => directory.load({ ...BEHIND_PROXY, ...env });

describe("the settings for mail", () => {
  test("the service sends no mail by default", () => {
    expect(load({}).config.mail).toBeUndefined();
  });

  test.each([
    ["smtps://smtp.example.com", { port: 465, isSecure: true, requiresTls: false, user: undefined }],
    ["smtp://me:p%40ss@smtp.example.com", { port: 587, requiresTls: true, user: "me", password: "p@ss" }],
    ["smtp://smtp.example.com:25?requireTLS=true", { port: 25, isSecure: false, requiresTls: true }],
    ["smtp://me:pass@localhost:1025", { port: 1025, requiresTls: false }],
  ])("the setting SMTP_URL accepts the URL %s", (SMTP_URL, expected) => {
    const { config, warnings } = load({ SMTP_URL, MAIL_FROM });
    expect(config.mail).toMatchObject(expected);
    expect(warnings).toEqual([]);
  });

  test.each([
    ["files@example.com", { name: "Valet Key", email: "files@example.com" }],
    ["Example Files <files@example.com>", { name: "Example Files", email: "files@example.com" }],
    ['"Files, Inc." <files@example.com>', { name: "Files, Inc.", email: "files@example.com" }],
  ])("the setting MAIL_FROM accepts the sender %s", (sender, from) => {
    expect(load({ SMTP_URL: "smtps://smtp.example.com", MAIL_FROM: sender }).config.mail?.from).toEqual(from);
  });

  test.each([
    [{ SMTP_URL: "smtps://smtp.example.com" }, "MAIL_FROM", /is missing/],
    [{ MAIL_FROM }, "SMTP_URL", /is missing/],
    [{ MAIL_FROM, SMTP_URL: "smtp.example.com" }, "SMTP_URL", /is not an smtp or smtps URL/],
    [{ MAIL_FROM, SMTP_URL: "https://me:opensesame@smtp.example.com" }, "SMTP_URL", /is not an smtp/],
    [{ MAIL_FROM, SMTP_URL: "smtps://opensesame@smtp.example.com" }, "SMTP_URL", /is not an smtp/],
    [{ MAIL_FROM, SMTP_URL: "smtps://me:%ff@smtp.example.com" }, "SMTP_URL", /is not an smtp/],
    [{ MAIL_FROM, SMTP_URL: "smtps://smtp.example.com/?sendmail=true" }, "SMTP_URL", /is not an smtp/],
    [{ MAIL_FROM: "Example Files", SMTP_URL: "smtps://smtp.example.com" }, "MAIL_FROM", /is not an email address/],
    [{ MAIL_FROM: "A\nBcc: b@c.de <a@b.de>", SMTP_URL: "smtps://smtp.example.com" }, "MAIL_FROM", /is not an/],
  ])("the error about the wrong mail settings %j contains no password", (env, name, problem) => {
    const failure = directory.failure(env as Record<string, string>);
    expect(failure.faults).toEqual([expect.objectContaining({ name, problem: expect.stringMatching(problem) })]);
    expect(failure.message).not.toContain("opensesame");
  });

  test.each([
    [{ SMTP_URL: "smtp://smtp.example.com" }, /anyone on the network path can read the mails/],
    [{ SMTP_URL: "smtps://smtp.example.com", PUBLIC_URL: "http://localhost:3000" }, /open on this machine only/],
    [{ SMTP_HOST: "smtp.example.com" }, /did you mean SMTP_URL/],
  ])("the configuration warns about the mail settings %j", (env, warning) => {
    const settings = "SMTP_URL" in env ? { ...env, MAIL_FROM } : env;
    expect(load(settings as Record<string, string>).warnings).toEqual([expect.stringMatching(warning)]);
  });

  test("describeConfig masks the password of an SMTP_URL from a file", () => {
    const file = join(directory.workingDirectory, "smtp-url");
    writeFileSync(file, "smtp://me%40example.com:opensesame@smtp.example.com\n");
    const { config } = load({ SMTP_URL_FILE: file, MAIL_FROM });
    const text = describeConfig(config).join("\n");
    expect(text).toContain("SMTP_URL=smtp://me%40example.com:********@smtp.example.com:587?requireTLS=true");
    expect(text).toContain("MAIL_FROM=Valet Key <files@example.com>");
    expect(text).not.toContain("opensesame");
  });
});
