import { PutObjectCommand, type PutObjectCommandInput } from "@aws-sdk/client-s3";
import { beforeAll, describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { useService } from "../../testing/use-service.ts";

describe.each(engines)("the adoption of the objects in a list, on $name", (engine) => {
  /** Runs before the bucket copies an object. */
  let beforeCopy = async (_from: string): Promise<void> => undefined;
  const service = useService({
    engine,
    wrap: {
      bucket: (bucket) => ({
        ...bucket,
        async copy({ etag: _, ...copy }) {
          await beforeCopy(copy.from);
          // The copy has no ETag condition, like the multipart copy of a large object.
          return bucket.copy({ ...copy, etag: undefined });
        },
      }),
    },
  });
  beforeAll(() => service.useCases.rememberPerson({ id: "admin", email: undefined, name: undefined, isAdmin: true }));

  async function put(key: string, object: Partial<PutObjectCommandInput> = {}) {
    const { s3 } = service.bucketContents;
    await s3.send(new PutObjectCommand({ Bucket: service.bucketServer.bucket, Key: key, Body: "hello", ...object }));
  }
  async function adopt(key: string, { owner, people = [] }: { owner: string; people?: string[] }) {
    await put(key);
    const listed = { object: key, owner, people, filename: undefined, oldId: key, note: undefined };
    return service.useCases.adoptListed({ userId: "admin" }, listed, { copies: false });
  }
  const adoptCopy = (key: string) => {
    const listed = { object: key, owner: "fay", people: [], filename: "a.txt", oldId: key, note: undefined };
    return service.useCases.adoptListed({ userId: "admin" }, listed, { copies: true });
  };
  const statusFor = async (userId: string, id: string) =>
    (await service.as(userId).send(`GET /attachments/${id}/url`)).status;

  it("an import of listed objects adds no file to a note that other people can open", async () => {
    const link = { json: { kind: "download" } };
    const shares: ((noteId: string) => [call: string, body: { json: object }])[] = [
      (noteId) => [`PUT /notes/${noteId}/shares`, { json: { userIds: ["ben"] } }],
      (noteId) => [`PUT /notes/${noteId}/shares`, { json: { emails: ["ben@example.com"] } }],
      (noteId) => [`POST /notes/${noteId}/links`, link],
    ];
    for (const [index, share] of shares.entries()) {
      const owner = `owner-${index}`;
      const ann = service.as(owner);
      const { id } = (await ann.send("POST /notes", { json: { title: "Adopted files" } })).body;
      expect((await ann.send(...share(id))).status).toBeLessThan(300);
      const { attachmentId } = await adopt(`secret-${index}.txt`, { owner });
      expect((await ann.send(`GET /notes/${id}`)).body.attachments).toEqual([]);
      expect([await statusFor(owner, attachmentId), await statusFor("ben", attachmentId)]).toEqual([200, 403]);
    }
  });

  it("an import of listed objects adds no file to a note that its owner has just shared", async () => {
    const { attachmentId } = await adopt("before.txt", { owner: "eve" });
    const { noteId } = (await service.as("eve").send(`GET /attachments/${attachmentId}`)).body;
    await service.as("eve").send(`PUT /notes/${noteId}/shares`, { json: { userIds: ["ben"] } });
    const later = await adopt("after.txt", { owner: "eve" });
    expect([await statusFor("eve", later.attachmentId), await statusFor("ben", later.attachmentId)]).toEqual([
      200, 403,
    ]);
  });

  it("a second import of listed objects adds the file to the note of the first import", async () => {
    await adopt("first.txt", { owner: "carl" });
    await adopt("second.txt", { owner: "carl", people: ["ben"] });
    const { items } = (await service.as("carl").send("GET /notes?scope=owned")).body;
    expect(items).toMatchObject([{ title: "Adopted files", attachmentCount: 2 }]);
  });

  it("a repeated import of listed objects does not restore a revoked share", async () => {
    const given = { owner: "dora", people: ["ben", "dora", "ben"] };
    const { attachmentId } = await adopt("plan.txt", given);
    expect(await statusFor("ben", attachmentId)).toBe(200);
    await service.as("dora").send(`DELETE /attachments/${attachmentId}/shares/ben`);
    expect(await adopt("plan.txt", given)).toMatchObject({ attachmentId, isNew: false });
    expect(await statusFor("ben", attachmentId)).toBe(403);
  });

  it("the import of a listed object fails if the object is replaced during its copy", async () => {
    await put("changing.txt");
    beforeCopy = () => put("changing.txt", { Body: "jello" });
    await expect(adoptCopy("changing.txt")).rejects.toMatchObject({ code: "object_not_found" });
    beforeCopy = async () => undefined;
    const { attachmentId } = await adoptCopy("changing.txt");
    const { fileUrl } = (await service.as("fay").send(`GET /attachments/${attachmentId}/url`)).body;
    expect(await (await fetch(fileUrl)).text()).toBe("jello");
  });

  it("the import of a listed object copies no headers that change the file's download", async () => {
    const headers = { CacheControl: "public", ContentEncoding: "br", ContentLanguage: "de", Metadata: { a: "b" } };
    await put("encoded.txt", { ...headers, ContentType: "text/plain" });
    const { attachmentId } = await adoptCopy("encoded.txt");
    const { fileUrl } = (await service.as("fay").send(`GET /attachments/${attachmentId}/url`)).body;
    const response = await fetch(fileUrl);
    expect(await response.text()).toBe("hello");
    for (const name of ["content-encoding", "content-language", "x-amz-meta-a"]) {
      expect(response.headers.get(name)).toBeNull();
    }
    expect(response.headers.get("cache-control")).not.toBe("public");
  });
});
