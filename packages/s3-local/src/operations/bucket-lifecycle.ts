import { child, children, childText, malformedXml, readXml, type XmlNode } from "../body/read-xml.ts";
import { S3Error } from "../errors.ts";
import type { Answer } from "../http/answer.ts";
import type { S3Request } from "../http/request.ts";
import { writeXml } from "../http/xml.ts";
import type { LifecycleRule } from "../store/lifecycles.ts";
import type { Context } from "./context.ts";

const MAX_RULES = 1000;
const UNDERSTOOD = ["ID", "Status", "Filter", "Prefix", "AbortIncompleteMultipartUpload"];

/** PutBucketLifecycleConfiguration: only rules that abort incomplete multipart uploads; NotImplemented for others. */
export async function putBucketLifecycle(request: S3Request, { store }: Context): Promise<Answer> {
  const { bucket } = request;
  store.buckets.get(bucket);
  const document = await readXml(request, "LifecycleConfiguration");
  const rules = children(document, "Rule").map(readRule);
  if (rules.length === 0 || rules.length > MAX_RULES) throw malformedXml();
  await store.write(() => {
    store.buckets.get(bucket);
    store.lifecycles.set(bucket, rules);
  });
  return { status: 200 };
}

/** GetBucketLifecycleConfiguration, or NoSuchLifecycleConfiguration. */
export function getBucketLifecycle(request: S3Request, { store }: Context): Answer {
  store.buckets.get(request.bucket);
  const rules = store.lifecycles.find(request.bucket);
  if (rules === undefined) {
    throw new S3Error("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist", {
      details: { BucketName: request.bucket },
    });
  }
  const Rule = rules.map(({ id, isEnabled, prefix, abortAfterDays }) => ({
    ID: id,
    Filter: { Prefix: prefix },
    Status: isEnabled ? "Enabled" : "Disabled",
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: abortAfterDays },
  }));
  return { status: 200, xml: writeXml("LifecycleConfiguration", { Rule }) };
}

/** DeleteBucketLifecycle. */
export async function deleteBucketLifecycle(request: S3Request, { store }: Context): Promise<Answer> {
  store.buckets.get(request.bucket);
  await store.write(() => store.lifecycles.set(request.bucket, undefined));
  return { status: 204 };
}

function readRule(node: XmlNode): LifecycleRule {
  checkElements(node, UNDERSTOOD);
  const filter = child(node, "Filter");
  if (filter !== undefined && filter !== "") checkElements(filter, ["Prefix"]);
  const status = childText(node, "Status")?.trim();
  const days = childText(child(node, "AbortIncompleteMultipartUpload"), "DaysAfterInitiation")?.trim() ?? "";
  if ((status !== "Enabled" && status !== "Disabled") || !/^[1-9]\d{0,5}$/.test(days)) throw malformedXml();
  const id = childText(node, "ID");
  const prefix = childText(filter, "Prefix") ?? childText(node, "Prefix") ?? "";
  return { ...(id !== undefined && { id }), isEnabled: status === "Enabled", prefix, abortAfterDays: Number(days) };
}

/** A rule that is only half understood would abort, or keep, what it should not. */
function checkElements(node: XmlNode, understood: readonly string[]): void {
  if (typeof node !== "object") throw malformedXml();
  const unknown = Object.keys(node).find((name) => name !== "#text" && !understood.includes(name));
  if (unknown === undefined) return;
  throw new S3Error("NotImplemented", "Only AbortIncompleteMultipartUpload rules with a prefix are implemented", {
    details: { Element: unknown },
  });
}
