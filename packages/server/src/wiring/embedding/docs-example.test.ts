import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import express from "express";
import { expect, it, onTestFinished } from "vitest";
import { sqlite } from "../../testing/database/test-databases.ts";
import { drawer } from "./testing/drawer.ts";
import { createPlace, open, users } from "./testing/embedding.ts";
import { sharing } from "./testing/sharing.ts";

it("the calls in docs/embedding.md work in the documented order", async () => {
  const page = await readFile(new URL("../../../../../docs/embedding.md", import.meta.url), "utf8");
  const [, code = ""] = /^## Your own calls$.*?^```js$\n(.*?)^```$/ms.exec(page) ?? [];
  const { files, bucket } = await open(await createPlace(sqlite), {
    resources: { invoice: { may: () => true } },
    trashDays: 30,
    adoptPrefixes: ["legacy/"],
  });
  const pdf = Buffer.from("%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n");
  await bucket.s3.send(new PutObjectCommand({ Bucket: "files", Key: "legacy/2019.pdf", Body: pdf }));
  const termsPath = join(tmpdir(), `valetkey-terms-${process.pid}.txt`);
  await writeFile(termsPath, "the terms");
  const AsyncFunction = (async () => undefined).constructor as FunctionConstructor;
  const results = "{ id, expiresAt, ofInvoice, ofArchive, ready, bytes, events }";
  const run = new AsyncFunction("files", "user", "renderPdf", "termsPath", `${code}\nreturn ${results};`);
  const names = await run(files, users.ann, async () => pdf, termsPath);
  expect(names).toMatchObject({
    ofInvoice: { files: [{ id: names.id, contentType: "application/pdf" }, { contentType: "text/plain" }] },
    ofArchive: { files: [] },
    ready: 2,
    bytes: pdf.length + "the terms".length,
  });
  expect(names.events[0]).toMatchObject({ action: "attachment.adopted", userId: "" });
});

it("visitors open links despite the sign-in check of docs/embedding.md", async () => {
  const page = await readFile(new URL("../../../../../docs/embedding.md", import.meta.url), "utf8");
  const [, code = ""] =
    /^ +const app = express\(\);\n( +app\.use\(\[.*?) +app\.all/ms.exec(page.split("\n## Links\n")[1] ?? "") ?? [];
  const { files } = await open(await createPlace(sqlite), sharing);
  const { token } = await files.createLink(users.ann, drawer("1"));
  const app = express();
  new Function("app", "files", "userOf", code)(app, files, () => null);
  app.all("/files/*", files.node);
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const statusOf = async (path: string) =>
    (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/files${path}`)).status;
  expect(await statusOf(`/s/${token}/download`)).toBe(200);
  expect(await statusOf(`/public/links/${token}`)).toBe(200);
  expect(await statusOf("/drawer/1")).toBe(401);
});
