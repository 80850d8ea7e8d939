import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { makePlace, type Place, startProcess } from "./testing/service.ts";

describe("a stop by SIGTERM", () => {
  let place: Place;
  afterEach(() => place.remove());

  it("a draining service serves requests, but its /readyz returns 503", async () => {
    place = await makePlace({ DRAIN_SECONDS: "2" });
    const service = await startProcess(place);
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
    const draining = service.printed(/(draining)/);
    const ended = service.stop("SIGTERM");
    await draining;
    expect((await fetch(`${service.url}/readyz`)).status).toBe(503);
    const served = await fetch(`${service.url}/instance`);
    expect([served.status, served.headers.get("connection")]).toEqual([200, "close"]);
    expect(await ended).toBe(0);
  });

  it("a stopping service closes silent connections and slow requests after SHUTDOWN_SECONDS", async () => {
    place = await makePlace({ DRAIN_SECONDS: "0", SHUTDOWN_SECONDS: "1" });
    const service = await startProcess(place);
    const port = Number(new URL(service.url).port);
    const silent = connect(port, "127.0.0.1");
    const slow = connect(port, "127.0.0.1");
    await Promise.all([once(silent, "connect"), once(slow, "connect")]);
    slow.write(
      "POST /auth/sign-in/email HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{",
    );
    const drip = setInterval(() => slow.write(" "), 100);
    const cut = Promise.all([silent, slow].map(closed));
    const startedAt = performance.now();
    expect(await service.stop("SIGTERM")).toBe(0);
    clearInterval(drip);
    await cut;
    // The service must close both connections. With an open connection, the stop would take minutes.
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });
});

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.on("error", () => undefined);
    socket.on("close", () => resolve());
  });
}
