import { readFileSync } from "node:fs";
import { openLink } from "@valetkey/client";
import { openTestFiles } from "@valetkey/server/testing";
import { expect, it, onTestFinished } from "vitest";

const page = readFileSync(new URL("../../docs/embedding.md", import.meta.url), "utf8");
const [section = ""] = /^## Links$.*?^## /ms.exec(page) ?? [];
const blocks = [...section.matchAll(/^ *```js\n(.*?)^ *```$/gms)].map(([, code = ""]) => code);
const [setUp, calls, visit] = ["createValetKey(", "createLink(", "openLink("].map(blockWith) as [
  string,
  string,
  string,
];

/** Returns the only block of the section that contains a text. Another test runs the block that mounts the routes. */
function blockWith(text: string): string {
  const [block, ...others] = blocks.filter((code) => code.includes(text));
  if (block === undefined || others.length > 0) throw new Error(`The section Links has no single block with ${text}`);
  return block;
}

const ann = { id: "ann" };
const invoice = { resource: "invoice", itemId: "42" };

/** Runs a code block of the page, and returns its constants. */
async function run(code: string, given: Record<string, unknown>, results: string) {
  const AsyncFunction = (async () => undefined).constructor as FunctionConstructor;
  const body = `${code.replace(/^import .*$/gm, "")}\nreturn ${results};`;
  return new AsyncFunction(...Object.keys(given), body)(...Object.values(given));
}

it("the examples of the section Links of docs/embedding.md work in their order", async () => {
  const createValetKey = async (options: Parameters<typeof openTestFiles>[0]) => {
    const opened = await openTestFiles(options);
    onTestFinished(opened.close);
    return opened.files;
  };
  const application = { options: {}, findUser: (id: string) => ({ id }), may: () => true, isAccountant: () => true };
  const process = { env: { LINKS_SECRET: "a secret of the tests with 32 letters" } };
  const { files } = await run(setUp, { createValetKey, process, ...application }, "{ files }");
  await files.attach(ann, invoice, { filename: "invoice.txt", body: Buffer.from("the invoice") });
  const shared = await files.createLink(ann, invoice, { password: "open sesame" });
  const openLinkHere: typeof openLink = (token) =>
    openLink(token, {
      baseUrl: "https://app.example.com/files",
      fetch: (input, init) =>
        String(input).startsWith("https://app") ? files.fetch(new Request(input, init)) : fetch(input, init),
    });
  const location = { href: "" };
  const visitor = { openLink: openLinkHere, token: shared.token, password: "open sesame", location };
  const { link, opened } = await run(visit, visitor, "{ link, opened }");
  expect(await (await fetch(location.href)).text()).toBe("the invoice");
  expect(await (await (await link.download(opened.files[0])).blob()).text()).toBe("the invoice");
  const made = await run(calls, { files, user: ann, invoice }, "{ id, url, links, urlsExpireAt }");
  expect(made.links).toMatchObject([
    { id: made.id, url: made.url, maxDownloads: 3 },
    { id: shared.id, downloads: 1 },
  ]);
  expect(made.urlsExpireAt).toBeUndefined();
});
