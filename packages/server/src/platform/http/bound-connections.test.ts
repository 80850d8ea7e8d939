import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, it } from "vitest";
import { auditQueries } from "../../features/audit/queries.ts";
import { usageQueries } from "../../features/usage/queries.ts";
import { sampleEvent } from "../../testing/database/samples.ts";
import { sqlite } from "../../testing/database/test-databases.ts";
import { withQueries } from "../../testing/database/with-queries.ts";
import { type ServiceOptions, tokenOf } from "../../testing/service.ts";
import { startServiceInTest } from "../../testing/use-service.ts";

// These tests run only on SQLite, because the database engine does not matter for connections.
async function start(options: Partial<ServiceOptions> = {}) {
  const service = await startServiceInTest({ engine: sqlite, ...options });
  const { port } = new URL(await service.app.listen({ port: 0, host: "127.0.0.1" }));
  const authorization = `Bearer ${await tokenOf("ann")}`;
  const requestOf = (path: string) =>
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\n\r\n`;
  const open = async (): Promise<Socket> => {
    const socket = connect({ port: Number(port), host: "127.0.0.1" });
    await once(socket, "connect");
    return socket;
  };
  /** Makes the response to `GET /activity?limit=200` about 1 MiB long. */
  const addLongEvents = async () => {
    const attachmentIds = Array.from({ length: 1_000 }, () => sampleEvent().id);
    for (let nth = 0; nth < 30; nth += 1) await auditQueries(service.db).add(sampleEvent({ attachmentIds }));
  };
  return { service, requestOf, open, addLongEvents };
}

it("the service responds to pipelined requests in order, one request at a time", async () => {
  let running = 0;
  let most = 0;
  const { service, requestOf, open } = await start({
    wrap: {
      database: (db) => ({
        ...db,
        built: withQueries(db, usageQueries, {
          async find(ownerId) {
            running += 1;
            most = Math.max(most, running);
            await new Promise((resolve) => setImmediate(resolve));
            running -= 1;
            return usageQueries(db).find(ownerId);
          },
        }),
      }),
    },
  });
  const socket = await open();
  socket.write(requestOf("/usage").repeat(20) + requestOf("/me").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
  const text = (await socket.toArray()).join("");
  expect(text.match(/HTTP\/1.1 200 OK/g)).toHaveLength(21);
  expect(text.lastIndexOf("usedBytes")).toBeLessThan(text.indexOf("isAdmin"));
  expect(most).toBe(1);
  expect(service.log()).not.toContain('"level":50');
});

it("requirement 30: the service buffers one response for a client that does not read", async () => {
  let pages = 0;
  const { requestOf, open, addLongEvents } = await start({
    wrap: {
      database: (db) => ({
        ...db,
        built: withQueries(db, auditQueries, {
          listOfOwner(ownerId, page) {
            pages += 1;
            return auditQueries(db).listOfOwner(ownerId, page);
          },
        }),
      }),
    },
  });
  await addLongEvents();
  const sockets = await Promise.all(Array.from({ length: 10 }, open));
  for (const socket of sockets) socket.pause().write(requestOf("/activity?limit=200").repeat(90));
  const other = await open();
  // Another client reads ten responses one after another. During this time, the service could also write to the connections that do not
  // read.
  for (let nth = 0; nth < 10; nth += 1) {
    other.write(requestOf("/me"));
    await once(other, "data");
  }
  // The service holds one response for each connection. The buffers of the kernel can contain some more responses.
  const perConnection = pages / sockets.length;
  expect(perConnection).toBeGreaterThan(0);
  expect(perConnection).toBeLessThan(20);
  for (const socket of [...sockets, other]) socket.destroy();
});

it("requirement 30: a client that pipelines over 100 requests is disconnected", async () => {
  const { requestOf, open } = await start();
  const socket = await open();
  socket.on("error", () => undefined);
  socket.resume();
  socket.write(requestOf("/usage").repeat(150));
  await once(socket, "close");
  const next = await open();
  next.write(requestOf("/usage"));
  expect(String(await once(next, "data"))).toContain("200 OK");
  next.destroy();
});

it("requirement 30: only the first request of a disconnected client starts", async () => {
  let started = 0;
  const requestId = () => `request-${++started}`;
  const { requestOf, open } = await start({ app: { requestId } });
  const socket = await open();
  socket.on("error", () => undefined);
  socket.resume();
  socket.write(requestOf("/usage").repeat(150));
  await once(socket, "close");
  expect(started).toBe(1);
});

it("requirement 30: a client that does not read a response in time is disconnected", async () => {
  const { service, requestOf, open, addLongEvents } = await start({ app: { connections: { readWithinMs: 100 } } });
  await addLongEvents();
  const accepted = once(service.app.server, "connection");
  const socket = await open();
  const [served] = (await accepted) as [Socket];
  socket.on("error", () => undefined);
  socket.pause().write(requestOf("/activity?limit=200").repeat(90));
  await once(served, "close");
  expect(served.bytesWritten).toBeLessThan(30 * 2 ** 20);
  socket.destroy();
});

it("a service that closes also closes a connection that never sent a byte", async () => {
  const { service, open } = await start();
  const socket = await open();
  await Promise.all([once(socket.resume(), "close"), service.app.close()]);
});

it("the service keeps an idle connection open for longer than common proxies", async () => {
  const { requestOf, open } = await start();
  const socket = await open();
  socket.write(requestOf("/healthz"));
  const [, seconds] = /^keep-alive: timeout=(\d+)/im.exec(String(await once(socket, "data"))) ?? [];
  // By default, Caddy keeps a connection open for 120 seconds, and Traefik for 90 seconds.
  expect(Number(seconds)).toBeGreaterThan(120);
  socket.destroy();
});
