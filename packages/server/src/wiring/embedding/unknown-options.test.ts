import { describe, expect, it } from "vitest";
import { requireNames } from "../../platform/text/option-names.ts";
import { sqlite } from "../../testing/database/test-databases.ts";
import { drawer, drawers } from "./testing/drawer.ts";
import { useEmbedding, users } from "./testing/embedding.ts";
import { links } from "./testing/sharing.ts";

describe("the options of a call", () => {
  const embedding = useEmbedding(sqlite, { resources: drawers, links });
  const [ann, item, body] = [users.ann, drawer("1"), Buffer.from("the note")];

  it("the error about an unknown option of a call lists the known options", async () => {
    const { files } = embedding;
    const { id } = await files.attach(ann, item, { filename: "a.txt", body });
    const none = { colour: "red" } as never;
    const file = { filename: "a.txt", body, colour: "red" };
    const calls: [string, Promise<unknown>][] = [
      ["attach: ", files.attach(ann, item, file)],
      ["stage: ", files.stage(ann, item, file)],
      ["adopt: ", files.adopt(ann, item, { key: "a", colour: "red" } as never)],
      ["adopt: ", files.adoptMany(ann, item, [{ key: "a", colour: "red" } as never])],
      ["list: ", files.list(ann, item, none)],
      ["find: ", files.find(ann, item.resource, { tag: "a", ...(none as object) })],
      ["listMany: ", files.listMany(ann, [item], none)],
      ["issueUrl: ", files.issueUrl(ann, id, none)],
      ["issueUrls: ", files.issueUrls(ann, [id], none)],
      ["listRemoved: ", files.listRemoved(ann, item, none)],
      ["activity: ", files.activity(ann, item, none)],
      ["createLink: ", files.createLink(ann, item, none)],
      ["listLinks: ", files.listLinks(ann, item, none)],
      ["createFileRequest: ", files.createFileRequest(ann, item, none)],
      ["listFileRequests: ", files.listFileRequests(ann, item, none)],
      ["listUnreviewed: ", files.listUnreviewed(ann, item, none)],
      ["listTenant: ", files.asApplication.listTenant("acme", none)],
    ];
    for (const [call, promise] of calls) {
      const error = await promise.catch((thrown: unknown) => thrown);
      expect(error, call).toBeInstanceOf(TypeError);
      expect(String(error)).toContain(`${call}unknown option "colour", the options are `);
    }
  });

  it("attach refuses an unknown option before it reads the body", async () => {
    let wasRead = false;
    async function* bytes() {
      wasRead = true;
      yield body;
    }
    const attached = embedding.files.attach(ann, item, { filename: "a.txt", body: bytes(), mimeType: "a/b" } as never);
    await expect(attached).rejects.toThrow('attach: unknown option "mimeType"');
    expect(wasRead).toBe(false);
  });

  it("the error about the former option expiresInSeconds suggests expiresIn", async () => {
    const { id } = await embedding.files.attach(ann, item, { filename: "b.txt", body });
    const { url } = await embedding.files.issueUrl(ann, id, { expiresIn: 5 });
    expect(new URL(url).searchParams.get("X-Amz-Expires")).toBe("5");
    const wrong = embedding.files.issueUrl(ann, id, { expiresInSeconds: 5 } as never);
    await expect(wrong).rejects.toThrow('unknown option "expiresInSeconds", did you mean "expiresIn"?');
  });

  it.each([null, 60, "60"])("a call refuses %j instead of an object with options", (options) => {
    expect(() => requireNames(options, { call: "issueUrl", names: { expiresIn: true } })).toThrow(
      "issueUrl: give an object with the options expiresIn.",
    );
  });

  it("the error about an item of an unknown resource lists the known resources", async () => {
    await expect(embedding.files.list(ann, { resource: "drawers", itemId: "1" })).rejects.toMatchObject({
      code: "not_found",
      message: 'There is no resource "drawers". The resources are drawer, pictures.',
    });
  });

  it("the error about a user id that is a number recommends String()", async () => {
    await expect(embedding.files.list({ id: 42 } as never, item)).rejects.toThrow("Use String(42).");
  });
});
