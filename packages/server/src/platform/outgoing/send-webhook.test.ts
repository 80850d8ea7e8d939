import { describe, expect, it } from "vitest";
import { makeCertificate } from "../mailer/testing/smtp-server.ts";
import { createWebhookSender, type SenderOptions } from "./send-webhook.ts";
import { hang, receiverInTest } from "./testing/webhook-receiver.ts";

const message = { headers: { "webhook-id": "msg-1" }, body: '{"type":"webhook.test"}' };

function senderTo(options: Partial<SenderOptions> = {}) {
  return createWebhookSender({ allowsLoopback: true, withinMs: 5_000, ...options });
}

const resolveTo =
  (...addresses: string[]) =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));

describe("a webhook request", () => {
  it("a webhook request has the body and the headers of the message", async () => {
    const { url, received } = await receiverInTest();
    expect(await senderTo().send({ url, ...message })).toEqual({ status: 204 });
    const [one] = received;
    expect(one).toMatchObject({ id: "msg-1", path: "/hook", body: message.body });
    expect(one?.headers).toMatchObject({ "content-type": "application/json", "user-agent": "valetkey-webhooks" });
  });

  it("requirement 31: a webhook request follows no redirect", async () => {
    const { url, received } = await receiverInTest({
      respond: (response) => response.writeHead(307, { location: "http://169.254.169.254/latest/meta-data/" }).end(),
    });
    expect(await senderTo().send({ url, ...message })).toEqual({ status: 307 });
    expect(received).toHaveLength(1);
  });

  it.each(["127.0.0.1", "::1", "10.1.2.3", "169.254.169.254", "100.100.100.200", "fd00:ec2::254", "::ffff:10.0.0.1"])(
    "requirement 31: no webhook request goes to a host that resolves to %s",
    async (address) => {
      const sender = senderTo({ allowsLoopback: false, resolve: resolveTo("10.0.0.1", address) });
      const outcome = await sender.send({ url: "https://hooks.example.com/", ...message });
      expect(outcome).toEqual({ failure: "private_host", problem: "The host has no IP address on the internet." });
    },
  );

  it.each([
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://0x7f.1/",
    "https://2130706433/",
    "https://[::ffff:7f00:1]/",
  ])("requirement 31: no webhook request goes to the loopback URL %s", async (url) => {
    const outcome = await senderTo({ allowsLoopback: false }).send({ url, ...message });
    expect(outcome).toEqual({ failure: "private_host", problem: "The host has no IP address on the internet." });
  });

  it("requirement 31: a webhook request connects to the IP address that was checked", async () => {
    const { port, received } = await receiverInTest();
    const responses = [resolveTo("127.0.0.1"), resolveTo("10.0.0.1")];
    let asked = 0;
    const sender = senderTo({ resolve: async () => (responses[asked++] as ReturnType<typeof resolveTo>)() });
    expect(await sender.send({ url: `http://rebinding.example:${port}/`, ...message })).toEqual({ status: 204 });
    expect([asked, received.length]).toEqual([1, 1]);
    expect(received[0]?.headers.host).toBe(`rebinding.example:${port}`);
  });

  it("requirement 31: every webhook request to another machine uses TLS", async () => {
    const sender = senderTo({ resolve: resolveTo("8.8.8.8") });
    const outcome = await sender.send({ url: "http://hooks.example.com/", ...message });
    expect(outcome).toEqual({ failure: "not_https", problem: "The URL must begin with https://." });
  });

  it("requirement 31: a webhook request fails if no authority signed the certificate", async () => {
    const { url, received } = await receiverInTest({ tls: makeCertificate() });
    const outcome = await senderTo().send({ url, ...message });
    expect(outcome).toEqual({
      failure: "certificate",
      problem: expect.stringMatching(/^The certificate or the TLS connection is not valid/),
    });
    expect(received).toEqual([]);
  });

  it("requirement 31: a webhook request fails if the certificate is for another host", async () => {
    const tls = makeCertificate();
    const { port, received } = await receiverInTest({ tls });
    const sender = senderTo({ ca: tls.cert, resolve: resolveTo("127.0.0.1") });
    const right = await sender.send({ url: `https://localhost:${port}/`, ...message });
    const wrong = await sender.send({ url: `https://other.example:${port}/`, ...message });
    expect(right).toEqual({ status: 204 });
    expect(wrong).toEqual({ failure: "certificate", problem: expect.stringContaining("ERR_TLS_CERT_ALTNAME_INVALID") });
    expect(received).toHaveLength(1);
  });

  it("a webhook request fails if the endpoint does not respond in time", async () => {
    const { url } = await receiverInTest({ respond: hang });
    expect(await senderTo({ withinMs: 50 }).send({ url, ...message })).toEqual({
      failure: "timeout",
      problem: "There was no response in time.",
    });
  });

  it("a webhook request fails if the DNS server does not respond in time", async () => {
    const sender = senderTo({ withinMs: 50, resolve: () => new Promise(() => undefined) });
    expect(await sender.send({ url: "https://hooks.example.com/", ...message })).toEqual({
      failure: "timeout",
      problem: "There was no response in time.",
    });
  });

  it("a webhook request is aborted when the service stops", async () => {
    const stopping = new AbortController();
    const { url } = await receiverInTest({ respond: () => stopping.abort() });
    expect(await senderTo().send({ url, ...message, signal: stopping.signal })).toEqual({
      failure: "stopped",
      problem: "The service stopped during the request.",
    });
  });

  it("requirement 31: a webhook request reads only the start of an endless response", async () => {
    let cut: (() => void) | undefined;
    const isCut = new Promise<void>((resolve) => {
      cut = resolve;
    });
    const { url } = await receiverInTest({
      respond(response) {
        response.writeHead(200);
        const more = () => void (response.write(Buffer.alloc(65_536)) && setImmediate(more));
        response.on("drain", more).on("close", () => cut?.());
        more();
      },
    });
    expect(await senderTo().send({ url, ...message })).toEqual({ status: 200 });
    await isCut;
  });

  it("a webhook request returns the status of a response although the body is slow", async () => {
    const { url } = await receiverInTest({ respond: (response) => response.writeHead(200).write("a") });
    expect(await senderTo({ withinMs: 2_000 }).send({ url, ...message })).toEqual({ status: 200 });
  });

  it("the error of a webhook request says that the host refused the connection", async () => {
    const problem = "The host refused the connection.";
    expect(await senderTo().send({ url: "http://127.0.0.1:1/", ...message })).toEqual({ failure: "refused", problem });
  });

  it("the error of a webhook request says that the host closed the connection", async () => {
    const { url } = await receiverInTest({ respond: (response) => response.destroy() });
    const problem = "The host closed the connection without a response.";
    expect(await senderTo().send({ url, ...message })).toEqual({ failure: "closed", problem });
  });
});
