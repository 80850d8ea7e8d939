import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { expect, inject, it, onTestFinished } from "vitest";
import { runSql } from "./test-databases.ts";

it("runSql rejects when its connection breaks, and causes no error elsewhere in the test run", async () => {
  const { hostname, port } = new URL(inject("postgresUrl"));
  const proxy = createServer((socket) => {
    const server = connect(Number(port), hostname);
    server.pipe(socket);
    socket.on("error", () => server.destroy());
    socket.on("data", (bytes) => {
      if (bytes.includes("pg_sleep")) socket.resetAndDestroy();
      else server.write(bytes);
    });
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  onTestFinished(() => void proxy.close());
  const url = Object.assign(new URL(inject("postgresUrl")), {
    host: `127.0.0.1:${(proxy.address() as AddressInfo).port}`,
  });
  await expect(runSql(url.href, "select pg_sleep(60)")).rejects.toThrow("ECONNRESET");
});
