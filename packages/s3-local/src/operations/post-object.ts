import { encodeRfc3986, type PostVerifier, type VerifiedForm } from "@valetkey/presign";
import { readFile, readForm, type UploadForm } from "../body/read-form.ts";
import {
  MAX_BODY_BYTES,
  type ReceivedBody,
  RefusedBody,
  type Sink,
  tooLarge,
  writeBytes,
} from "../body/receive-body.ts";
import { createHashVerifier, readDeclaredChecksum } from "../body/verify-checksums.ts";
import { invalidArgument, S3Error } from "../errors.ts";
import { readObjectHeaders } from "../http/object-headers.ts";
import { checkKeyLength, type Exchange, type Fields, splitPath } from "../http/request.ts";
import { type S3Response, writeXml } from "../http/response.ts";
import { commitBody } from "../store/store.ts";
import { type Context, checkStorage, checksumHeaders } from "./operation.ts";

const FILENAME = "$" + "{filename}";
const KNOWN_FIELDS =
  /^x-amz-(?:meta-.*|checksum-.*|storage-class|algorithm|credential|date|security-token|signature)$/s;
const NOT_IMPLEMENTED = ["tagging", "if-match", "if-none-match"];

/** POST Object: stores an object from an HTML form with a signed policy. Source: Amazon S3, "POST Object". */
export async function postObject(
  { incoming, outgoing, expectsContinue }: Exchange,
  { context, verifyPost }: { context: Context; verifyPost: PostVerifier },
): Promise<S3Response> {
  const { store, now } = context;
  refuseUnsignedHeaders(Object.keys(incoming.headers));
  if (expectsContinue) outgoing.writeContinue();
  const form = await readForm(incoming);
  const { fields } = form;
  try {
    // A function avoids replacement patterns such as $&, which a filename can contain.
    const key = (fields.get("key") ?? "").replaceAll(FILENAME, () => form.filename);
    if (fields.has("key")) fields.set("key", key);
    const bucket = splitPath(decodeURIComponent(incoming.url ?? "")).bucket;
    const verified = verifyPost({ bucket, fields }, now());
    if (!verified.ok) throw new RefusedBody(verified);
    store.buckets.get(bucket);
    if (key === "") throw invalidArgument("User key must have a length greater than 0.", { ArgumentName: "key" });
    checkKeyLength(key);
    const metadata = readFields(fields);
    checkStorage(metadata);
    const described = readObjectHeaders(metadata);
    const staged = await writeBytes(store, (sink) => receiveFile(form, { metadata, range: verified.range, sink }));
    const etag = `"${staged.md5.toString("hex")}"`;
    await commitBody(store, staged, () => {
      store.buckets.get(bucket);
      const { sizeBytes, checksums } = staged;
      const contentId = store.contents.add(staged);
      store.objects.put(bucket, { key, contentId, sizeBytes, etag, lastModified: now(), checksums, ...described });
    });
    const host = incoming.headers.host;
    const location = `${host ? `http://${host}` : ""}/${bucket}/${encodeRfc3986(key).replaceAll("%2F", "/")}`;
    const headers = { ETag: etag, Location: location, ...checksumHeaders(staged.checksums) };
    return toResponse(fields, headers, { Bucket: bucket, Key: key });
  } finally {
    // After the refusal of the form, the parser must not read the rest of the body.
    incoming.unpipe();
    form.file.destroy();
  }
}

async function receiveFile(
  { file, ended }: UploadForm,
  { metadata, range, sink }: { metadata: Fields; range: VerifiedForm["range"]; sink: Sink },
): Promise<ReceivedBody> {
  const maxBytes = Math.min(range.max, MAX_BODY_BYTES);
  const hashes = createHashVerifier({ checksum: readDeclaredChecksum(metadata.field), payload: { kind: "unsigned" } });
  let sizeBytes = 0;
  for await (const bytes of readFile(file)) {
    sizeBytes += bytes.length;
    if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
    hashes.update(bytes);
    const drained = sink.write(bytes);
    if (drained !== undefined) await drained;
  }
  await ended;
  if (sizeBytes < range.min) {
    throw new S3Error("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", {
      details: { ProposedSize: String(sizeBytes), MinSizeAllowed: String(range.min) },
    });
  }
  return { sizeBytes, ...(await hashes.check(new Map())) };
}

/** Returns the fields of a form like headers. Throws NotImplemented for an unknown field that would change the object. */
function readFields(fields: ReadonlyMap<string, string>): Fields {
  const names = [...fields.keys()];
  const unknown = names.find(
    (name) => NOT_IMPLEMENTED.includes(name) || (name.startsWith("x-amz-") && !KNOWN_FIELDS.test(name)),
  );
  if (unknown !== undefined) {
    throw new S3Error("NotImplemented", "A form field you provided implies functionality that is not implemented", {
      details: { Field: unknown },
    });
  }
  // Two values of an upload have different names in forms and in headers.
  const aliases: Record<string, string> = {
    "x-amz-acl": "acl",
    "x-amz-sdk-checksum-algorithm": "x-amz-checksum-algorithm",
  };
  return { field: (name) => fields.get(aliases[name] ?? name), amzFields: names };
}

/** Refuses `x-amz-*` headers of a form upload, because the policy does not cover headers. */
function refuseUnsignedHeaders(names: readonly string[]): void {
  const unsigned = names.filter((name) => name.startsWith("x-amz-"));
  if (unsigned.length === 0) return;
  throw new S3Error("AccessDenied", "There were headers present in the request which were not signed", {
    details: { HeadersNotSigned: unsigned.join(", ") },
  });
}

function toResponse(
  fields: ReadonlyMap<string, string>,
  headers: { ETag: string; Location: string },
  made: { Bucket: string; Key: string },
): S3Response {
  const redirect = redirectTo(fields.get("success_action_redirect") ?? fields.get("redirect"), { ...made, ...headers });
  if (redirect !== undefined) return { status: 303, headers: { ...headers, Location: redirect } };
  const status = fields.get("success_action_status");
  if (status === "200") return { status: 200, headers };
  if (status !== "201") return { status: 204, headers };
  const { Location, ETag } = headers;
  return { status: 201, headers, xml: writeXml("PostResponse", { Location, ...made, ETag }) };
}

/**
 * Returns the URL to which the browser goes after the upload. Returns undefined if the form has no valid URL. Source: Amazon S3, "POST
 * Object".
 */
function redirectTo(
  target: string | undefined,
  { Bucket, Key, ETag }: { Bucket: string; Key: string; ETag: string },
): string | undefined {
  const url = target === undefined ? null : URL.parse(target);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  for (const [name, value] of Object.entries({ bucket: Bucket, key: Key, etag: ETag }))
    url.searchParams.append(name, value);
  return url.href;
}
