import { children, childText, malformedXml, readXml, type XmlNode } from "../body/read-xml.ts";
import { S3Error } from "../errors.ts";
import type { S3Request } from "../http/request.ts";
import type { S3Response } from "../http/response.ts";
import { writeXml } from "../http/xml.ts";
import type { CorsRule } from "../store/buckets.ts";
import type { Context } from "./context.ts";

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

/** GetBucketCors: returns the CORS rules of the bucket. Throws NoSuchCORSConfiguration if the bucket has none. */
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
      throw new S3Error(
        "InvalidRequest",
        `Found unsupported HTTP method in CORS config. Unsupported method is ${method}`,
      );
  }
  for (const pattern of [...allowedOrigins, ...allowedHeaders]) {
    if (pattern.split("*").length > 2)
      throw new S3Error("InvalidRequest", `"${pattern}" can not have more than one wildcard.`);
  }
  for (const name of [...exposeHeaders, ...allowedHeaders]) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
      throw new S3Error("InvalidRequest", `"${name}" is not a header name.`);
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
