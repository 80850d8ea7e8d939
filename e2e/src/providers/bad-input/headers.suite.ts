import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { inspect } from "../../../../packages/server/src/platform/bucket/testing/bucket-server.ts";
import { fileForm } from "../../../../packages/server/src/testing/form.ts";
import { type BadInputFixture, MIB, type Part, type Started, TEXT } from "./fixture.ts";

/** Each header that S3 stores with an object and returns for downloads, with its option in the AWS SDK. */
const HEADERS: [name: string, value: string, option: Partial<PutObjectCommandInput>][] = [
  ["content-encoding", "br", { ContentEncoding: "br" }],
  ["content-encoding", "identity, gzip", { ContentEncoding: "identity, gzip" }],
  ["cache-control", "public, max-age=31536000", { CacheControl: "public, max-age=31536000" }],
  ["expires", "Fri, 01 Jan 2038 00:00:00 GMT", { Expires: new Date("2038-01-01") }],
  ["content-language", "de", { ContentLanguage: "de" }],
  ["content-disposition", "inline; filename=a.html", { ContentDisposition: "inline; filename=a.html" }],
  ["x-amz-meta-color", "red", { Metadata: { color: "red" } }],
];

/** Tests PUTs that add a stored header without a declaration when the upload started. `onlyFirst`: tests only the first header. */
export function headerTests(fixture: BadInputFixture, { onlyFirst }: { onlyFirst: boolean }): void {
  describe.each(onlyFirst ? HEADERS.slice(0, 1) : HEADERS)("the stored header %s: %s", (name, value, option) => {
    const keyOf = ({ url }: { url: string }) => new URL(url).pathname.split("/").slice(2).join("/");
    const at = (Key: string) => ({ Bucket: fixture.server().bucket, Key });
    const rejection = { status: 422, code: "upload_rejected" };
    // One header is enough for forms and adopted objects, which every server handles in the same way.
    const hasAllTests = fixture.isBuiltIn || option === HEADERS[0]?.[2];
    const says = expect.stringMatching(new RegExp(name.replace(/color$/, "\\*"), "i"));

    test(`requirement 5: the service accepts no file if its PUT added the unsigned header ${name}`, async () => {
      const upload = await fixture.start();
      const { status } = await fixture.put(upload, "hello", { [name]: value });
      if (status === 200) await fixture.expectRejected(upload);
      else {
        expect(status).toBe(403);
        await fixture.expectIncomplete(upload);
      }
    });

    test(`requirement 5: the service rejects an object that was stored with the header ${name}`, async () => {
      const upload = await fixture.start();
      const { s3 } = inspect(fixture.server());
      await s3.send(
        new PutObjectCommand({ ...at(keyOf(upload)), ...option, Body: "hello", ContentType: "text/plain" }),
      );
      const { body } = await fixture.complete(upload);
      expect(body).toMatchObject({ ...rejection, detail: says });
      await fixture.expectNoDownload(upload);
    });

    test(`requirement 5: the service rejects a multipart upload that added the header ${name}`, async () => {
      const upload = await startParts();
      const [part] = (await fixture.sign(upload, [1])) as [Part];
      const { s3, openUploads } = inspect(fixture.server());
      const place = at(keyOf(part));
      for (const { Key, UploadId } of await openUploads()) {
        if (Key === place.Key) await s3.send(new AbortMultipartUploadCommand({ ...place, UploadId }));
      }
      const create = new CreateMultipartUploadCommand({ ...place, ...option, ContentType: "text/plain" });
      const { UploadId } = await s3.send(create);
      const sent = await s3.send(new UploadPartCommand({ ...place, UploadId, PartNumber: 1, Body: "hello" }));
      const MultipartUpload = { Parts: [{ PartNumber: 1, ETag: sent.ETag }] };
      await s3.send(new CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload }));
      const { body } = await fixture.complete(upload);
      expect(body).toMatchObject({ ...rejection, detail: says });
      await fixture.expectNoDownload(upload);
    });

    test(`the bucket does not store the header ${name} of an uploaded part`, async () => {
      const upload = await startParts();
      const [part] = (await fixture.sign(upload, [1])) as [Part];
      const { status } = await fixture.put(part, "hello", { [name]: value });
      if (status === 403) expect((await fixture.put(part, "hello")).status).toBe(200);
      expect((await fixture.complete(upload)).body.state).toBe("ready");
      expect(await servedHeader(upload)).toBe(false);
    });

    if (hasAllTests) {
      test(`the bucket does not store the header ${name} of an upload form`, async () => {
        const form = fileForm("hello").map((file) => ({ ...file, headers: { [name]: value } }));
        const answer = await fixture.ann().send(`POST /notes/${fixture.noteId()}/attachments`, { form });
        expect(answer).toMatchObject({ status: 201, body: { state: "ready" } });
        expect(await servedHeader({ attachmentId: answer.body.id })).toBe(false);
      });

      test(`requirement 5: the service refuses to add an object that has the header ${name}`, async () => {
        await fixture
          .service()
          .useCases.rememberPerson({ id: "ann", email: undefined, name: undefined, isAdmin: true });
        const { s3 } = inspect(fixture.server());
        const key = "elsewhere/report";
        await s3.send(new PutObjectCommand({ ...at(key), ...option, Body: "hello", ContentType: "text/plain" }));
        const json = { key, filename: TEXT.filename };
        const { body } = await fixture.ann().send(`POST /notes/${fixture.noteId()}/attachments`, { json });
        expect(body).toMatchObject({ ...rejection, detail: says });
        await s3.send(new DeleteObjectCommand(at(key)));
      });
    }

    async function startParts(): Promise<Started> {
      const declared = { noteId: fixture.noteId(), ...TEXT, sizeBytes: 5, sha256: undefined, partSize: 5 * MIB };
      const { upload } = await fixture.service().useCases.startUpload({ userId: "ann" }, declared);
      return { ...upload, method: "PUT", url: "", headers: {} };
    }

    async function servedHeader({ attachmentId }: { attachmentId: string }): Promise<boolean> {
      const { fileUrl } = (await fixture.ann().send(`GET /attachments/${attachmentId}/url`)).body;
      const response = await fetch(fileUrl);
      expect(await response.text()).toBe("hello");
      return response.headers.get(name) === value;
    }
  });
}
