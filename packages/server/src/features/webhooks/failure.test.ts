import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { createWebhookSender } from "../../platform/outgoing/send-webhook.ts";
import { failureOf } from "./failure.ts";

describe("the code of a failed delivery", () => {
  const send = async (url: string, options: Partial<Parameters<typeof createWebhookSender>[0]> = {}) => {
    const outcome = await createWebhookSender({ allowsLoopback: true, ...options }).send({
      url,
      headers: {},
      body: "",
    });
    return "problem" in outcome ? failureOf(outcome.problem) : outcome.status;
  };

  async function listen(onConnection: (socket: import("node:net").Socket) => void): Promise<string> {
    const server = createServer(onConnection);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  it("each failure of a webhook delivery has its own code", async () => {
    const closing = await listen((socket) => socket.destroy());
    const silent = await listen((socket) => void socket.on("error", () => undefined));
    const free = await listen(() => undefined);
    expect(await send(closing)).toBe("closed");
    expect(await send(silent, { withinMs: 50 })).toBe("timeout");
    expect(await send(free.replace("http:", "https:"), { withinMs: 50 })).toBe("timeout");
    expect(await send("http://127.0.0.1:1/")).toBe("refused");
    expect(await send("http://example.com/", { allowsLoopback: false, resolve: async () => [] })).toBe("not_https");
    expect(await send("https://10.0.0.1/", { allowsLoopback: false })).toBe("private_host");
  });

  it("an HTTP status, a redirect and an unknown problem of a delivery have codes", () => {
    expect(failureOf("It responded with 500.")).toBe("status");
    expect(failureOf("It responded with a redirect (301), and redirects are not followed. Set the final URL.")).toBe(
      "redirect",
    );
    expect(failureOf("The endpoint was disabled.")).toBe("disabled");
    expect(failureOf("The request failed (EWHAT).")).toBe("other");
    expect(failureOf(undefined)).toBeNull();
  });
});
