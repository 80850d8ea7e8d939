import { readFileSync } from "node:fs";
import { openLink } from "@valetkey/client";
import type { ValetKey } from "@valetkey/server";
import { openTestFiles } from "@valetkey/server/testing";
import { expect, it, onTestFinished } from "vitest";

const page = readFileSync(new URL("../../docs/embedding.md", import.meta.url), "utf8");

/** Returns the only code block of a section that contains a text. Another test runs the block that mounts the routes. */
function blockOf(title: string, text: string): string {
  const [section = ""] = new RegExp(`^## ${title}$.*?^## `, "ms").exec(page) ?? [];
  const blocks = [...section.matchAll(/^ *```js\n(.*?)^ *```$/gms)].map(([, code = ""]) => code);
  const [block, ...others] = blocks.filter((code) => code.includes(text));
  if (block === undefined || others.length > 0)
    throw new Error(`The section ${title} has no single block with ${text}`);
  return block;
}

const ann = { id: "ann" };
const invoice = { resource: "invoice", itemId: "42" };

/** Runs a code block of the page, and returns its constants by name. */
async function run(code: string, given: Record<string, unknown>, results: string) {
  const AsyncFunction = (async () => undefined).constructor as FunctionConstructor;
  const body = `${code.replace(/^import .*$/gm, "")}\nreturn ${results};`;
  return new AsyncFunction(...Object.keys(given), body)(...Object.values(given));
}

/** Returns an `openLink` for the routes of this embedding. */
function openLinkAt(files: ValetKey): typeof openLink {
  return (token) =>
    openLink(token, {
      baseUrl: "https://app.example.com/files",
      fetch: (input, init) =>
        String(input).startsWith("https://app") ? files.fetch(new Request(input, init)) : fetch(input, init),
    });
}

it("the examples in the section Links of docs/embedding.md work one after another", async () => {
  const createValetKey = async (options: Parameters<typeof openTestFiles>[0]) => {
    const opened = await openTestFiles(options);
    onTestFinished(opened.close);
    return opened.files;
  };
  const application = { options: {}, findUser: (id: string) => ({ id }), may: () => true, isAccountant: () => true };
  const process = { env: { LINKS_SECRET: "a secret of the tests with 32 letters" } };
  const { files } = await run(
    blockOf("Links", "createValetKey("),
    { createValetKey, process, ...application },
    "{ files }",
  );
  await files.attach(ann, invoice, { filename: "invoice.txt", body: Buffer.from("the invoice") });
  const shared = await files.createLink(ann, invoice, { password: "open sesame" });
  const location = { href: "" };
  const visitor = { openLink: openLinkAt(files), token: shared.token, password: "open sesame", location };
  const { link, opened } = await run(blockOf("Links", "openLink("), visitor, "{ link, opened }");
  expect(await (await fetch(location.href)).text()).toBe("the invoice");
  expect(await (await (await link.download(opened.files[0])).blob()).text()).toBe("the invoice");
  const made = await run(
    blockOf("Links", "createLink("),
    { files, user: ann, invoice },
    "{ id, url, links, urlsExpireAt }",
  );
  expect(made.links).toMatchObject([
    { id: made.id, url: made.url, maxDownloads: 3 },
    { id: shared.id, downloads: 1 },
  ]);
  expect(made.urlsExpireAt).toBeUndefined();
});

it("the examples in the section File requests of docs/embedding.md work one after another", async () => {
  const { files, close } = await openTestFiles({
    links: {
      secret: "a secret of the tests with 32 letters",
      baseUrl: "https://app.example.com/files",
      findUser: (id) => ({ id }),
    },
    resources: { invoice: { may: () => true, mayRequest: () => true } },
  });
  onTestFinished(close);
  const { token } = await files.createFileRequest(ann, invoice);
  const file = new File(["the receipt"], "receipt.txt", { type: "text/plain" });
  const visitor = { openLink: openLinkAt(files), token, file };
  const { request, state } = await run(blockOf("File requests", "openLink("), visitor, "{ request, state }");
  expect(state).toBe("ready");
  expect(await request.look()).toMatchObject({ kind: "upload", request: { sent: [{ filename: "receipt.txt" }] } });
  const calls = blockOf("File requests", "createFileRequest(");
  const made = await run(calls, { files, user: ann, invoice }, "{ id, url, fileRequests }");
  expect(made.fileRequests).toMatchObject([
    { id: made.id, url: made.url, maxFiles: 5, state: "live" },
    { received: { files: 1, bytes: 11 } },
  ]);
  expect((await files.listFileRequests(ann, invoice)).fileRequests).toMatchObject([{ state: "revoked" }, {}]);
});
