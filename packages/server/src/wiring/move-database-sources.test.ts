import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { emptyPostgres, moveTo, newSqlite } from "../testing/database/database-moves.ts";

describe("a PostgreSQL source of a database move that refuses the connection", () => {
  async function moveFrom(change: (url: URL) => void) {
    const url = new URL((await emptyPostgres()).url);
    change(url);
    return moveTo({ kind: "postgres", url: url.href, prepared: "auto" }, await newSqlite());
  }

  it.each([
    ["a missing database", (url: URL) => Object.assign(url, { pathname: "/nowhere" }), "3D000"],
    ["an unknown role", (url: URL) => Object.assign(url, { username: "nobody_here" }), "28000"],
  ])("a database move explains %s of its source", async (_, change, code) => {
    await expect(moveFrom(change)).rejects.toMatchObject({
      code: "invalid_request",
      message: expect.stringMatching(new RegExp(`SQLSTATE ${code}.\\nDATABASE_URL=postgres://user:password@`)),
    });
  });

  it("a database move closes its connections to a source that wants a password", async () => {
    const sockets: Socket[] = [];
    // The test servers accept each role without a password. This one asks for a password as PostgreSQL does, by SCRAM-SHA-256.
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.once("data", () => {
        socket.write(message(10, "SCRAM-SHA-256\0\0"));
        socket.once("data", () => socket.write(message(11, "r=x,s=eA==,i=4096")));
      });
      socket.on("error", () => undefined);
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const source = { kind: "postgres", url: `postgres://ann@127.0.0.1:${port}/db`, prepared: "auto" } as const;
    await expect(moveTo(source, await newSqlite())).rejects.toMatchObject({
      code: "invalid_request",
      message: expect.stringContaining("password must be a string"),
    });
    await Promise.all(sockets.map((socket) => socket.closed || once(socket, "close")));
    expect(sockets.length).toBeGreaterThan(0);
  });
});

/** Returns a message of PostgreSQL about the authentication. */
function message(step: number, text: string): Buffer {
  const head = Buffer.alloc(9);
  head.write("R");
  head.writeInt32BE(8 + text.length, 1);
  head.writeInt32BE(step, 5);
  return Buffer.concat([head, Buffer.from(text)]);
}
