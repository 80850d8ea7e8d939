import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { connect } from "../../packages/client/src/calls.ts";
import { detectPlatform } from "../../packages/client/src/platform.ts";
import { openLines } from "../../packages/client/src/upload/lines.ts";
import { memoryStore } from "../../packages/client/src/upload/store.ts";
import { startTask } from "../../packages/client/src/upload/upload-task.ts";
import type { Attachment } from "../../packages/client/src/wire.ts";
import { postgres, sqlite } from "../../packages/server/src/testing/database/test-databases.ts";
import { createPlace, open } from "../../packages/server/src/wiring/embedding/testing/embedding.ts";
import { endOfCli, makePlace } from "./testing/service.ts";

it("an application that embeds Valet Key accepts a multipart upload from the client", async () => {
  const { files } = await open(await createPlace(sqlite));
  const server = createServer(files.node).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/files`;
  const bytes = randomBytes(9 * 2 ** 20);
  const upload = (user: string) => {
    const call: typeof fetch = (url, init) => fetch(url, { ...init, headers: { ...init?.headers, "x-user": user } });
    const deps = connect({ baseUrl, token: "of the application", fetch: call });
    const receiver = {
      key: "invoice/42",
      startPath: "/invoice/42/uploads",
      uploadsPath: "/uploads",
      result: ({ attachmentId = "" }) => ({ method: "GET", path: `/files/${attachmentId}` }),
    };
    const file = new File([bytes], "archive.bin");
    const shared = { ...deps, lines: openLines(deps.call), platform: detectPlatform({ fetch }), store: memoryStore() };
    const task = startTask<Attachment>(shared, { receiver, file, options: {} });
    return task.done;
  };
  const stored = await upload("ann");
  expect(stored).toMatchObject({ state: "ready", sizeBytes: bytes.length, itemId: "42" });
  const issued = await fetch(`${baseUrl}/files/${stored.id}/url`, { headers: { "x-user": "ann" } });
  const { fileUrl } = (await issued.json()) as { fileUrl: string };
  expect(Buffer.from(await (await fetch(fileUrl)).arrayBuffer()).equals(bytes)).toBe(true);
  await expect(upload("ben")).rejects.toMatchObject({ code: "access_denied" });
});

it("requirement 40: the service and its commands refuse the database of an application", async () => {
  const embedded = await createPlace(postgres, { isNew: true });
  const { close } = await open(embedded, { schema: "public", application: "shop" });
  await close();
  const place = await makePlace({ DATABASE_URL: embedded.database, AUTH_SECRET: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc" });
  onTestFinished(place.remove);
  for (const command of [["start"], ["gc"], ["user", "add", "--email", "ann@example.com"]]) {
    const { code, stderr } = await endOfCli(place, command);
    expect(code).toBe(1);
    expect(stderr).toContain('This database belongs to the application "shop"');
  }
});
