import { once } from "node:events";
import type { AddressInfo } from "node:net";
import express from "express";
import Fastify from "fastify";
import { describe, expect, it, onTestFinished } from "vitest";
import { sqlite } from "../../testing/database/test-databases.ts";
import { drawer, drawers } from "./testing/drawer.ts";
import { createPlace, open, useEmbedding, users } from "./testing/embedding.ts";

describe("an error of a call", () => {
  const embedding = useEmbedding(sqlite, { resources: drawers });
  /** Stops before the end, like a failed download from another server. */
  const cutBody = async function* () {
    yield Buffer.from("the first bytes");
    throw new Error("the connection ended");
  };

  it.each([
    ["access_denied", 403, () => embedding.files.list(users.ben, drawer("1"))],
    ["attachment_not_found", 404, () => embedding.files.get(users.ann, "no-file")],
    [
      "upload_aborted",
      400,
      () => embedding.files.attach(users.ann, drawer("1"), { filename: "a.txt", body: cutBody() }),
    ],
  ])("the error of a call with the code %s has `status` and `statusCode` %i", async (code, status, call) => {
    await expect(call()).rejects.toMatchObject({ code, status, statusCode: status, expose: true });
  });

  it("the error of a call after close has the status 503 and a hidden text", async () => {
    const { files, close } = await open(await createPlace(sqlite), { resources: drawers });
    await close();
    await expect(files.asApplication.get("no-file")).rejects.toMatchObject({ status: 503, expose: false });
  });

  it("an Express route returns 403 if Valet Key refuses a call", async () => {
    const app = express();
    app.get("/", (_, response, next) => {
      embedding.files.list(users.ben, drawer("1")).then((page) => response.json(page), next);
    });
    const server = app.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { status } = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    expect(status).toBe(403);
  });

  it("a Fastify route returns 403 if Valet Key refuses a call", async () => {
    const app = Fastify();
    app.get("/", () => embedding.files.list(users.ben, drawer("1")));
    expect((await app.inject("/")).statusCode).toBe(403);
  });
});
