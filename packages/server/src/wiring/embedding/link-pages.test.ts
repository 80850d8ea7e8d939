import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { expect, it, onTestFinished } from "vitest";
import { sqlite } from "../../testing/database/test-databases.ts";
import { drawer } from "./testing/drawer.ts";
import { createPlace, open, users } from "./testing/embedding.ts";
import { links, sharing } from "./testing/sharing.ts";

/** Starts an Express application with a form parser, behind a trusted proxy. Returns the URL of a link with two files. */
async function shareInExpress(password?: string) {
  const { files } = await open(await createPlace(sqlite), {
    ...sharing,
    links: { ...links, clientAddress: undefined },
  });
  for (const filename of ["a.txt", "<b>.txt"]) {
    await files.attach(users.ann, drawer("1"), { filename, body: Buffer.from(`the content of ${filename}`) });
  }
  const { url } = await files.createLink(users.ann, drawer("1"), { password, maxDownloads: 1 });
  const app = express()
    .set("trust proxy", true)
    .use(express.urlencoded({ extended: false }));
  app.all("/files/*", files.node);
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return url.replace("https://app.example.com", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

const asPage = { accept: "text/html" };
const post = (url: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: "POST",
    body: new URLSearchParams(form),
    headers: { ...asPage, ...headers },
    redirect: "manual",
  });

it("without JavaScript, a visitor downloads a file from the page of a link", async () => {
  const url = await shareInExpress();
  const page = await fetch(url, { headers: asPage });
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  const html = await page.text();
  expect(html).toContain("<bdi>Ann</bdi> shares 2\u00a0files with you");
  expect(html).toContain("<bdi>&#60;b&#62;.txt</bdi>");
  expect(html).not.toContain("JavaScript");
  const [, fileId = ""] = /value="([0-9a-f-]{36})"/.exec(html) ?? [];
  const asked = await post(url, { form: "1", attachmentId: fileId });
  expect(await asked.text()).toContain("This is the last download of the link.");
  const confirmed = await post(url, { form: "1", attachmentId: fileId, confirm: "yes" });
  expect(confirmed.status).toBe(303);
  expect(await (await fetch(confirmed.headers.get("location") as string)).text()).toBe("the content of a.txt");
  expect((await fetch(url, { headers: asPage })).status).toBe(404);
  const text = await (await fetch(url)).text();
  expect(text).toContain("link_not_found");
});

it("wrong link passwords count for the IP address that Express reports", async () => {
  const url = await shareInExpress("open sesame");
  const guess = (address: string) => post(url, { password: "guess" }, { "x-forwarded-for": address });
  const guesses = await Promise.all(Array.from({ length: 11 }, () => guess("198.51.100.7")));
  expect(guesses.map(({ status }) => status).sort()).toEqual([...Array.from({ length: 10 }, () => 403), 429]);
  expect((await guess("198.51.100.8")).status).toBe(403);
});
