import { children, childText, malformedXml, readXml, type XmlNode } from "../body/read-xml.ts";
import { invalidArgument, invalidRequest, S3Error } from "../errors.ts";
import type { S3Request } from "../http/request.ts";
import { type S3Response, writeXml } from "../http/response.ts";
import type { CorsRule } from "../store/buckets.ts";
import { type Context, ownerOf } from "./operation.ts";

const BUCKET_NAME = /^[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]$/;
const IP_ADDRESS = /^\d+\.\d+\.\d+\.\d+$/;
const RESERVED = /^(?:xn--|sthree-|amzn-s3-demo-)|(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/;
const MAX_BUCKETS = 10_000;

/** Returns whether a text is a valid bucket name. Source: Amazon S3, "General purpose bucket naming rules". */
export function isBucketName(name: string): boolean {
  return BUCKET_NAME.test(name) && !IP_ADDRESS.test(name) && !RESERVED.test(name);
}

/** ListBuckets: returns one page of bucket names in order. Without `max-buckets`, a page has at most 10,000 names. */
export function listBuckets(request: S3Request, { store, region }: Context): S3Response {
  const { parameters } = request;
  const prefix = parameters.get("prefix");
  const maxBuckets = readMaxBuckets(parameters.get("max-buckets"));
  const token = parameters.get("continuation-token");
  const after = token === undefined ? "" : readToken(token);
  const isHere = (parameters.get("bucket-region") ?? region) === region;
  const found = store.buckets.list().filter(({ name }) => isHere && name > after && name.startsWith(prefix ?? ""));
  const page = found.slice(0, maxBuckets);
  const last = found.length > page.length ? page.at(-1) : undefined;
  return {
    status: 200,
    xml: writeXml("ListAllMyBucketsResult", {
      Owner: ownerOf(request),
      Buckets: {
        Bucket: page.map(({ name, createdAt }) => ({
          Name: name,
          CreationDate: new Date(createdAt).toISOString(),
          BucketRegion: region,
        })),
      },
      Prefix: prefix,
      ContinuationToken: last && Buffer.from(last.name).toString("base64url"),
    }),
  };
}

function readMaxBuckets(text: string | undefined): number {
  if (text === undefined) return MAX_BUCKETS;
  if (/^[1-9]\d{0,4}$/.test(text) && Number(text) <= MAX_BUCKETS) return Number(text);
  throw invalidArgument("Argument max-buckets must be an integer between 1 and 10000", {
    ArgumentName: "max-buckets",
    ArgumentValue: text,
  });
}

/** Returns the bucket name after which the page starts. */
function readToken(token: string): string {
  const name = Buffer.from(token, "base64url").toString();
  if (name !== "" && Buffer.from(name).toString("base64url") === token) return name;
  throw invalidArgument("The continuation token provided is incorrect", { ArgumentName: "continuation-token" });
}

/** CreateBucket: returns 409 for an existing bucket, but 200 in us-east-1, like Amazon S3. */
export async function createBucket(request: S3Request, { store, region, now }: Context): Promise<S3Response> {
  const { bucket } = request;
  if (!isBucketName(bucket)) {
    throw new S3Error("InvalidBucketName", "The specified bucket is not valid.", { details: { BucketName: bucket } });
  }
  await checkLocation(request, region);
  const isNew = await store.write(() => store.buckets.create(bucket, now()));
  if (isNew || region === "us-east-1") return { status: 200, headers: { Location: `/${bucket}` } };
  throw new S3Error(
    "BucketAlreadyOwnedByYou",
    "Your previous request to create the named bucket succeeded and you already own it.",
    {
      details: { BucketName: bucket },
    },
  );
}

export function headBucket(request: S3Request, { store, region }: Context): S3Response {
  store.buckets.get(request.bucket);
  return { status: 200, headers: { "x-amz-bucket-region": region } };
}

/** DeleteBucket: deletes an empty bucket, together with its unfinished multipart uploads. */
export async function deleteBucket(request: S3Request, { store }: Context): Promise<S3Response> {
  const { bucket } = request;
  await store.write(() => {
    store.buckets.get(bucket);
    for (const _ of store.objects.from(bucket, "")) {
      throw new S3Error("BucketNotEmpty", "The bucket you tried to delete is not empty", {
        details: { BucketName: bucket },
      });
    }
    for (const upload of [...store.uploads.after(bucket, { key: "", uploadId: "" })])
      store.uploads.remove(bucket, upload);
    store.buckets.remove(bucket);
  });
  return { status: 204 };
}

/** GetBucketLocation: returns the region of the bucket, or an empty text for us-east-1, like Amazon S3. */
export function getBucketLocation(request: S3Request, { store, region }: Context): S3Response {
  store.buckets.get(request.bucket);
  return { status: 200, xml: writeXml("LocationConstraint", region === "us-east-1" ? "" : region) };
}

/** GetBucketVersioning: returns an empty configuration, because versioning is not implemented. */
export function getBucketVersioning(request: S3Request, { store }: Context): S3Response {
  store.buckets.get(request.bucket);
  return { status: 200, xml: writeXml("VersioningConfiguration", "") };
}

async function checkLocation(request: S3Request, region: string): Promise<void> {
  if ((request.field("content-length") ?? "0") === "0") return;
  const location = childText(await readXml(request, "CreateBucketConfiguration"), "LocationConstraint");
  if (location === undefined || location === region) return;
  throw new S3Error(
    "IllegalLocationConstraintException",
    `The ${location} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}

const METHODS = new Set(["GET", "PUT", "HEAD", "POST", "DELETE"]);
const MAX_RULES = 100;

export async function putBucketCors(request: S3Request, { store }: Context): Promise<S3Response> {
  const { bucket } = request;
  store.buckets.get(bucket);
  const document = await readXml(request, "CORSConfiguration");
  const rules = children(document, "CORSRule").map(readRule);
  if (rules.length === 0 || rules.length > MAX_RULES) throw malformedXml();
  await store.write(() => store.buckets.setCors(bucket, rules));
  return { status: 200 };
}

/** GetBucketCors: returns the CORS rules of the bucket. Throws NoSuchCORSConfiguration if the bucket has no CORS rules. */
export function getBucketCors(request: S3Request, { store }: Context): S3Response {
  const { cors } = store.buckets.get(request.bucket);
  if (cors === undefined) {
    throw new S3Error("NoSuchCORSConfiguration", "The CORS configuration does not exist", {
      details: { BucketName: request.bucket },
    });
  }
  const rules = cors.map((rule) => ({
    ID: rule.id,
    AllowedOrigin: rule.allowedOrigins,
    AllowedMethod: rule.allowedMethods,
    AllowedHeader: rule.allowedHeaders,
    ExposeHeader: rule.exposeHeaders,
    MaxAgeSeconds: rule.maxAgeSeconds,
  }));
  return { status: 200, xml: writeXml("CORSConfiguration", { CORSRule: rules }) };
}

export async function deleteBucketCors(request: S3Request, { store }: Context): Promise<S3Response> {
  store.buckets.get(request.bucket);
  await store.write(() => store.buckets.setCors(request.bucket, undefined));
  return { status: 204 };
}

function readRule(node: XmlNode): CorsRule {
  const id = childText(node, "ID");
  const maxAge = childText(node, "MaxAgeSeconds");
  const rule = {
    allowedOrigins: texts(node, "AllowedOrigin"),
    allowedMethods: texts(node, "AllowedMethod"),
    allowedHeaders: texts(node, "AllowedHeader"),
    exposeHeaders: texts(node, "ExposeHeader"),
    ...(id !== undefined && { id }),
    ...(maxAge !== undefined && { maxAgeSeconds: readSeconds(maxAge) }),
  };
  if (rule.allowedOrigins.length === 0 || rule.allowedMethods.length === 0) throw malformedXml();
  checkRule(rule);
  return rule;
}

function checkRule({ allowedMethods, allowedOrigins, allowedHeaders, exposeHeaders }: CorsRule): void {
  for (const method of allowedMethods) {
    if (!METHODS.has(method))
      throw invalidRequest(`Found unsupported HTTP method in CORS config. Unsupported method is ${method}`);
  }
  for (const pattern of [...allowedOrigins, ...allowedHeaders]) {
    if (pattern.split("*").length > 2) throw invalidRequest(`"${pattern}" can not have more than one wildcard.`);
  }
  for (const name of [...exposeHeaders, ...allowedHeaders]) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) throw invalidRequest(`"${name}" is not a header name.`);
  }
}

function texts(node: XmlNode, name: string): string[] {
  return children(node, name).map((found) => {
    if (typeof found !== "string") throw malformedXml();
    return found.trim();
  });
}

function readSeconds(text: string): number {
  if (!/^\d{1,9}$/.test(text.trim())) throw malformedXml();
  return Number(text);
}
