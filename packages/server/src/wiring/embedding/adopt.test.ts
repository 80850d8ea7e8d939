import { PutObjectCommand } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { createValetKey } from "../../index.ts";
import { engines, sqlite } from "../../testing/database/test-databases.ts";
import { drawer, drawers, pictures, png } from "./testing/drawer.ts";
import { createPlace, open, optionsAt, useEmbedding, users } from "./testing/embedding.ts";

const { ann, ben } = users;

describe.each(engines)("adopt on $name", (engine) => {
  const embedding = useEmbedding(engine, { resources: drawers, adoptPrefixes: ["legacy/"], background: false });

  async function put(key: string, body: string | Buffer = "the old file", more: object = {}): Promise<string> {
    const { s3 } = embedding.bucket;
    await s3.send(new PutObjectCommand({ Bucket: "files", Key: key, Body: body, ContentType: "text/plain", ...more }));
    return key;
  }
  const keys = () => embedding.bucket.keys();

  it("adopt makes a file from an object, which `remove` does not delete", async () => {
    const { files } = embedding;
    const key = await put("legacy/one.txt");
    const file = await files.adopt(ann, drawer("adopt"), { key });
    expect(file).toMatchObject({ filename: "one.txt", contentType: "text/plain", state: "ready", createdBy: "ann" });
    const { url } = await files.issueUrl(ann, file.id);
    expect(await (await fetch(url)).text()).toBe("the old file");
    await expect(files.adopt(ann, drawer("adopt"), { key })).rejects.toMatchObject({ code: "object_already_attached" });
    await files.remove(ann, file.id);
    await files.tick();
    expect(await keys()).toContain(key);
    expect(await files.adopt(ann, drawer("adopt"), { key, filename: "1.txt" })).toMatchObject({ filename: "1.txt" });
  });

  it("adopt with the option copy makes a file from a copy, which removeAll deletes", async () => {
    const { files } = embedding;
    const key = await put("legacy/copied.txt");
    const before = await keys();
    const file = await files.adopt(ann, drawer("copied"), { key, copy: true });
    expect(await keys()).toHaveLength(before.length + 1);
    for (const copy of [true, false]) {
      const again = files.adopt(ann, drawer("copied"), { key, copy });
      await expect(again).rejects.toMatchObject({ code: "object_already_attached" });
    }
    await files.removeAll(ann, drawer("copied"));
    await files.tick();
    expect(await keys()).toEqual(before);
    expect(await files.adopt(ann, drawer("copied"), { key, copy: true })).not.toMatchObject({ id: file.id });
  });

  it("two parallel calls of adopt with the option copy make only one file", async () => {
    const { files } = embedding;
    const key = await put("legacy/twice.txt");
    const adopt = () => files.adopt(ann, drawer("twice"), { key, copy: true }).catch(({ code }) => code);
    const outcomes = await Promise.all([adopt(), adopt()]);
    expect(outcomes.filter((outcome) => outcome === "object_already_attached")).toHaveLength(1);
    expect((await files.list(ann, drawer("twice"))).files).toHaveLength(1);
  });

  it("parallel calls of adopt with and without the option copy make only one file", async () => {
    const { files } = embedding;
    for (let round = 0; round < 5; round++) {
      const item = drawer(`mixed-${round}`);
      const key = await put(`legacy/mixed-${round}.txt`);
      const adopting = [true, false, true, false].map((copy) => files.adopt(ann, item, { key, copy }));
      const outcomes = await Promise.allSettled(adopting);
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect((await files.list(ann, item)).files).toHaveLength(1);
    }
  });

  it.each([
    "secret/one.txt",
    "legacy",
    "legacy/",
    "legacy-two/one.txt",
    "legacy/../secret/one.txt",
    "legacy/./one.txt",
    "legacy/\0",
    `legacy/${"a".repeat(1_100)}`,
    "",
  ])("adopt refuses the key %j, because adoptPrefixes does not permit the key", async (key) => {
    await expect(embedding.files.adopt(ann, drawer("keys"), { key })).rejects.toMatchObject({
      code: "invalid_request",
    });
  });

  it("adopt refuses an object that the resource does not accept", async () => {
    const { files } = embedding;
    const adopt = (object: { key: string; contentType?: string }) => files.adopt(ann, pictures("adopt"), object);
    const key = await put("legacy/picture.png", png);
    await expect(adopt({ key })).rejects.toMatchObject({ code: "kind_not_accepted" });
    expect(await adopt({ key, contentType: "image/png" })).toMatchObject({ contentType: "image/png" });
    const disguised = await put("legacy/disguised.png", "no picture", { ContentType: "image/png" });
    await expect(adopt({ key: disguised })).rejects.toMatchObject({ code: "upload_rejected" });
    const large = await put("legacy/large.png", Buffer.concat([png, Buffer.alloc(1_000)]), {
      ContentType: "image/png",
    });
    await expect(adopt({ key: large })).rejects.toMatchObject({ code: "file_too_large" });
    const packed = await put("legacy/packed.png", png, { ContentType: "image/png", ContentEncoding: "gzip" });
    await expect(adopt({ key: packed })).rejects.toMatchObject({ code: "upload_rejected" });
    await expect(adopt({ key: "legacy/missing" })).rejects.toMatchObject({ code: "object_not_found" });
    await expect(files.adopt(ben, drawer("read-1"), { key })).rejects.toMatchObject({ code: "access_denied" });
  });

  it("adoptMany continues with the next objects after an object that it refuses", async () => {
    const { files } = embedding;
    const objects = [{ key: await put("legacy/a.txt") }, { key: "legacy/missing" }, { key: await put("legacy/b.txt") }];
    expect(await files.asApplication.adoptMany(drawer("many"), objects)).toMatchObject([
      { key: "legacy/a.txt", file: { filename: "a.txt", createdBy: "" }, code: undefined },
      { key: "legacy/missing", file: undefined, code: "object_not_found", message: expect.any(String) },
      { key: "legacy/b.txt", file: { filename: "b.txt" }, code: undefined },
    ]);
    await expect(files.adoptMany(ben, drawer("read-1"), objects)).rejects.toMatchObject({ code: "access_denied" });
  });

  it.each<[string, unknown]>([
    ["null", null],
    ["a key that is a number", { key: 42 }],
    ["a filename that is a number", { key: "legacy/first.txt", filename: 42 }],
    ["null as type", { key: "legacy/first.txt", contentType: null }],
  ])("adoptMany adopts nothing if the list contains %s", async (_, wrong) => {
    const { files } = embedding;
    const objects = [{ key: await put("legacy/first.txt") }, wrong as { key: string }];
    await expect(files.adoptMany(ann, drawer("wrong"), objects)).rejects.toBeInstanceOf(TypeError);
    expect((await files.list(ann, drawer("wrong"))).files).toEqual([]);
  });
});

describe("the options for adopt and the trash", () => {
  it("the error of adopt names the option adoptPrefixes if the option is missing", async () => {
    const { files } = await open(await createPlace(sqlite), { resources: drawers });
    await expect(files.adopt(ann, drawer("1"), { key: "legacy/1" })).rejects.toThrow("Set the option adoptPrefixes");
  });

  it("adopt refuses the object key of a file of Valet Key itself", async () => {
    const place = await createPlace(sqlite);
    const own = { ...optionsAt(place).bucket, keyPrefix: "app/" };
    const { files, bucket: objects } = await open(place, { resources: drawers, bucket: own, adoptPrefixes: ["app/"] });
    await files.attach(ann, drawer("secret"), { filename: "a.txt", body: Buffer.from("secret") });
    const [key = ""] = await objects.keys();
    expect(key).toMatch(/^app\//);
    for (const copy of [true, false]) {
      const adopting = files.adopt(ann, drawer("other"), { key, copy });
      await expect(adopting).rejects.toMatchObject({ code: "invalid_request" });
    }
  });

  it("createValetKey refuses wrong values of adoptPrefixes and trashDays", async () => {
    const place = await createPlace(sqlite);
    const wrong = { adoptPrefixes: ["legacy"], trashDays: -1 };
    const opening = createValetKey(optionsAt(place, wrong));
    await expect(opening).rejects.toThrow(/adoptPrefixes: prefixes .*|trashDays: a whole number/s);
    await expect(createValetKey(optionsAt(place, wrong))).rejects.toThrow("trashDays: a whole number");
  });
});
