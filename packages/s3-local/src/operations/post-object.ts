import { encodeRfc3986, type PostVerifier } from "@valetkey/presign";
import { readDeclaredChecksum } from "../body/declared.ts";
import { createHashes } from "../body/hashes.ts";
import { readFile, readForm, type UploadForm } from "../body/read-form.ts";
import { type Received, RefusedBody, type Sink, tooLarge } from "../body/receive.ts";
import { MAX_BODY_BYTES, stage } from "../body/stage.ts";
import { S3Error } from "../errors.ts";
import type { Answer } from "../http/answer.ts";
import { readDescription } from "../http/description.ts";
import { checkKeyLength, type Fields, type S3Request, splitPath } from "../http/request.ts";
import { writeXml } from "../http/xml.ts";
import { writeStaged } from "../store/store.ts";
import type { Context } from "./context.ts";
import { checkStorage, checksumAnswer } from "./put-object.ts";

type Exchange = Pick<S3Request, "incoming" | "outgoing" | "expectsContinue">;
type LengthRange = { min: number; max: number };

const FILENAME = "$" + "{filename}";
const UNDERSTOOD = /^x-amz-(?:meta-.*|checksum-.*|storage-class|algorithm|credential|date|security-token|signature)$/s;
const NOT_IMPLEMENTED = ["tagging", "if-match", "if-none-match"];

/** POST Object: an upload by an HTML form, as far as its signed policy allows it. Source: Amazon S3, "POST Object". */
export async function postObject(
  { incoming, outgoing, expectsContinue }: Exchange,
  { context, verifyPost }: { context: Context; verifyPost: PostVerifier },
): Promise<Answer> {
  const { store, now } = context;
  refuseUnsignedHeaders(Object.keys(incoming.headers));
  if (expectsContinue) outgoing.writeContinue();
  const form = await readForm(incoming);
  const { fields } = form;
  try {
    // A function, because the name of the file may hold what replace would take for a pattern.
    const key = (fields.get("key") ?? "").replaceAll(FILENAME, () => form.filename);
    if (fields.has("key")) fields.set("key", key);
    const bucket = splitPath(decodeURIComponent(incoming.url ?? "")).bucket;
    const verified = verifyPost({ bucket, fields }, now());
    if (!verified.ok) throw new RefusedBody(verified);
    store.buckets.get(bucket);
    if (key === "") throw invalid("key", "User key must have a length greater than 0.");
    checkKeyLength(key);
    const said = readFields(fields);
    checkStorage(said);
    const described = readDescription(said);
    const staged = await stage(store, (sink) => receiveFile(form, { said, range: verified.range, sink }));
    const etag = `"${staged.md5.toString("hex")}"`;
    await writeStaged(store, staged, () => {
      store.buckets.get(bucket);
      const { sizeBytes, checksums } = staged;
      const contentId = store.contents.add(staged);
      store.objects.put(bucket, { key, contentId, sizeBytes, etag, lastModified: now(), checksums, ...described });
    });
    const host = incoming.headers.host;
    const location = `${host ? `http://${host}` : ""}/${bucket}/${encodeRfc3986(key).replaceAll("%2F", "/")}`;
    const headers = { ETag: etag, Location: location, ...checksumAnswer(staged.checksums) };
    return toAnswer(fields, headers, { Bucket: bucket, Key: key });
  } finally {
    // What is left of a refused form is no longer the parser's.
    incoming.unpipe();
    form.file.destroy();
  }
}

async function receiveFile(
  { file, ended }: UploadForm,
  { said, range, sink }: { said: Fields; range: LengthRange; sink: Sink },
): Promise<Received> {
  const maxBytes = Math.min(range.max, MAX_BODY_BYTES);
  const hashes = createHashes({ checksum: readDeclaredChecksum(said.field), payload: { kind: "unsigned" } });
  let sizeBytes = 0;
  for await (const bytes of readFile(file)) {
    sizeBytes += bytes.length;
    if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
    hashes.update(bytes);
    const room = sink.write(bytes);
    if (room !== undefined) await room;
  }
  await ended;
  if (sizeBytes < range.min) {
    throw new S3Error("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", {
      details: { ProposedSize: String(sizeBytes), MinSizeAllowed: String(range.min) },
    });
  }
  return { sizeBytes, ...(await hashes.check(new Map())) };
}

/** The fields, read as headers are; throws NotImplemented for one that would change what is stored in a way not known here. */
function readFields(fields: ReadonlyMap<string, string>): Fields {
  const names = [...fields.keys()];
  const unknown = names.find(
    (name) => NOT_IMPLEMENTED.includes(name) || (name.startsWith("x-amz-") && !UNDERSTOOD.test(name)),
  );
  if (unknown !== undefined) {
    throw new S3Error("NotImplemented", "A form field you provided implies functionality that is not implemented", {
      details: { Field: unknown },
    });
  }
  // The two names that a form does not share with headers.
  const aliases: Record<string, string> = {
    "x-amz-acl": "acl",
    "x-amz-sdk-checksum-algorithm": "x-amz-checksum-algorithm",
  };
  return { field: (name) => fields.get(aliases[name] ?? name), amzFields: names };
}

/** A policy covers no headers, so none may change what is done. */
function refuseUnsignedHeaders(names: readonly string[]): void {
  const unsigned = names.filter((name) => name.startsWith("x-amz-"));
  if (unsigned.length === 0) return;
  throw new S3Error("AccessDenied", "There were headers present in the request which were not signed", {
    details: { HeadersNotSigned: unsigned.join(", ") },
  });
}

function toAnswer(
  fields: ReadonlyMap<string, string>,
  headers: { ETag: string; Location: string },
  made: { Bucket: string; Key: string },
): Answer {
  const redirect = redirectTo(fields.get("success_action_redirect") ?? fields.get("redirect"), { ...made, ...headers });
  if (redirect !== undefined) return { status: 303, headers: { ...headers, Location: redirect } };
  const status = fields.get("success_action_status");
  if (status === "200") return { status: 200, headers };
  if (status !== "201") return { status: 204, headers };
  const { Location, ETag } = headers;
  return { status: 201, headers, xml: writeXml("PostResponse", { Location, ...made, ETag }) };
}

/** Where the browser goes next, told what was stored; an address that is none counts as not given. Source: Amazon S3, "POST Object". */
function redirectTo(
  address: string | undefined,
  { Bucket, Key, ETag }: { Bucket: string; Key: string; ETag: string },
): string | undefined {
  const url = address === undefined ? null : URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  for (const [name, value] of Object.entries({ bucket: Bucket, key: Key, etag: ETag }))
    url.searchParams.append(name, value);
  return url.href;
}

function invalid(name: string, message: string): S3Error {
  return new S3Error("InvalidArgument", message, { details: { ArgumentName: name } });
}
