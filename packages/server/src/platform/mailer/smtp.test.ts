import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Message } from "./smtp.ts";
import { createSmtp, type SmtpOptions } from "./smtp.ts";
import { smtpOptions, smtpServerInTest, trustedCertificate } from "./testing/smtp-server.ts";

const message: Message = { id: "mail-1", to: "ann@example.com", subject: "Hello", text: "Text", html: "<p>Text</p>" };
const signal = new AbortController().signal;

function send(server: { port: number }, options: Partial<SmtpOptions> = {}, change: Partial<Message> = {}) {
  return createSmtp(smtpOptions(server, options)).send({ ...message, ...change }, { signal });
}

describe("a mail to an SMTP server", () => {
  it("an SMTP server receives a mail once, as text and HTML", async () => {
    const server = await smtpServerInTest();
    expect(await send(server)).toEqual({ state: "accepted" });
    expect(server.mails).toHaveLength(1);
    const [{ parsed, recipients } = {}] = server.mails;
    expect(recipients).toEqual(["ann@example.com"]);
    expect(parsed).toMatchObject({
      subject: "Hello",
      text: "Text",
      html: "<p>Text</p>",
      messageId: "<mail-1@example.com>",
    });
    expect(parsed?.from?.text).toBe('"Valet Key" <files@example.com>');
    expect(parsed?.headers.get("auto-submitted")).toBe("auto-generated");
  });

  it("a mail with an unsubscribe URL has the headers List-Unsubscribe", async () => {
    const server = await smtpServerInTest();
    await send(server, {}, { unsubscribeUrl: "https://files.example.com/unsubscribe/x" });
    await send(server);
    const [withUrl, without] = server.mails.map(({ raw }) => raw);
    expect(withUrl).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m);
    expect(withUrl).toMatch(/^List-Unsubscribe: <https:\/\/files\.example\.com\/unsubscribe\/x>/m);
    expect(without).not.toContain("List-Unsubscribe");
  });

  it("an SMTP server receives a mail and the password over STARTTLS", async () => {
    const logins: (string | undefined)[] = [];
    const server = await smtpServerInTest({
      ...trustedCertificate(),
      onAuth({ username, password }, session, done) {
        logins.push(session.secure ? `${username} ${password}` : "plain text");
        done(null, { user: username });
      },
    });
    const login = { host: "localhost", requiresTls: true, user: "me", password: "opensesame" };
    expect(await send(server, login)).toEqual({ state: "accepted" });
    expect(logins).toEqual(["me opensesame"]);
    expect(server.mails[0]?.isEncrypted).toBe(true);
  });

  it("the connection to an smtps:// server uses TLS from the first byte", async () => {
    const server = await smtpServerInTest({ ...trustedCertificate(), secure: true });
    expect(await send(server, { host: "localhost", isSecure: true, requiresTls: false })).toEqual({
      state: "accepted",
    });
    expect(server.mails[0]?.isEncrypted).toBe(true);
  });

  it("requirement 43: an SMTP server that hides STARTTLS gets no mail and no password", async () => {
    const server = await smtpServerInTest();
    const outcome = await send(server, { requiresTls: true, user: "me", password: "opensesame" });
    expect(outcome).toMatchObject({ state: "failed", problem: expect.stringMatching(/ETLS/) });
    expect(server.mails).toEqual([]);
  });

  it("an SMTP server with an untrusted certificate gets no mail", async () => {
    const pair = trustedCertificate();
    const server = await smtpServerInTest(pair);
    const outcome = await send(server, { host: "127.0.0.1", requiresTls: true });
    expect(outcome).toMatchObject({ state: "failed", problem: expect.stringMatching(/altnames/i) });
    expect(server.mails).toEqual([]);
  });

  it("a wrong password for the SMTP server counts as a wrong setting", async () => {
    const server = await smtpServerInTest({
      ...trustedCertificate(),
      onAuth: (_login, _session, done) => done(Object.assign(new Error("Bad login"), { responseCode: 535 })),
    });
    const options = { host: "localhost", user: "me", password: "opensesame" };
    const outcome = await send(server, options);
    await expect(createSmtp(smtpOptions(server, options)).probe()).rejects.toThrow(/535/);
    expect(outcome).toMatchObject({ state: "failed", problem: expect.stringMatching(/EAUTH.*535/) });
    expect(JSON.stringify(outcome)).not.toContain("opensesame");
  });

  it.each([
    [550, "No such user", "refused"],
    [553, "5.1.3 Bad address", "refused"],
    [554, "5.7.1 Relay access denied", "failed"],
    [550, "Not now", "failed"],
    [451, "No such user yet", "failed"],
  ])("after the response %i %s to a recipient, the state of the mail is %s", async (code, text, state) => {
    const server = await smtpServerInTest({ refuse: () => ({ code, text }) });
    expect(await send(server)).toMatchObject({ state, problem: expect.stringContaining(`${code} ${text}`) });
    expect(server.mails).toEqual([]);
  });

  it("a mail to an unavailable SMTP server fails", async () => {
    const server = await smtpServerInTest();
    await server.stop();
    expect(await send(server)).toMatchObject({ state: "failed", problem: expect.stringMatching(/ECONNREFUSED/) });
  });

  it("a mail to an SMTP server that never responds fails", async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void silent.close());
    const server = { port: (silent.address() as AddressInfo).port };
    const outcome = await send(server, { timeouts: { greetingMs: 50 } });
    expect(outcome).toMatchObject({ state: "failed", problem: expect.stringMatching(/Greeting never received/) });
  });

  it("a mail to a slow SMTP server fails after the time limit", async () => {
    const cut = new AbortController();
    const server = await smtpServerInTest({
      beforeConfirm: () => {
        cut.abort();
        return new Promise(() => undefined);
      },
    });
    const outcome = await createSmtp(smtpOptions(server)).send(message, { signal: cut.signal });
    expect(outcome.state).toBe("failed");
  });
});

describe("hostile texts in mails", () => {
  const HOSTILE = 'Eve\r\nBcc: all@example.com\r\n\r\n<script>alert(1)</script>"';

  it("requirement 43: hostile texts add no header and no recipient to a mail", async () => {
    const server = await smtpServerInTest();
    const from = { name: HOSTILE, email: "files@example.com" };
    expect(await send(server, { from }, { subject: HOSTILE })).toEqual({ state: "accepted" });
    const [{ parsed, recipients, raw } = { raw: "" }] = server.mails;
    expect(recipients).toEqual(["ann@example.com"]);
    expect(parsed?.bcc).toBeUndefined();
    expect(raw).not.toMatch(/^Bcc:/im);
  });

  it.each([
    "ann@example.com>\r\nRCPT TO:<eve@example.com",
    "ann@example.com, eve@example.com",
    "group:eve@example.com;",
    '"eve@example.com,"@example.com',
    "Ann <eve@example.com>",
  ])("the mailer refuses a mail to the hostile email address %j", async (to) => {
    const server = await smtpServerInTest();
    expect(await send(server, {}, { to })).toMatchObject({ state: "refused" });
    expect(server.mails).toEqual([]);
  });
});
