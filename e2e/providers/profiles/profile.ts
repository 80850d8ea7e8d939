import type { IncomingHttpHeaders } from "node:http";

/** The parts of an S3 request from which a profile decides how the provider responds. */
export type Call = {
  method: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Whether the path names an object, not just a bucket. */
  hasKey: boolean;
};

/** An error with which the provider responds to matching requests. */
export type Refusal = { matches: (call: Call) => boolean; status: number; code: string; message: string };

/** The documented differences between a provider and Amazon S3. Requests without a difference reach the embedded bucket unchanged. */
export type Profile = {
  /** The name of the provider, as in docs/providers.md. */
  name: string;
  refusals?: readonly Refusal[];
  /** A write with `If-None-Match: *` replaces an existing object. */
  ignoresIfNoneMatch?: boolean;
  /** If the condition of a completion fails, the provider aborts the multipart upload. */
  abortsFailedCompletion?: boolean;
  /** The response headers that the provider does not send. */
  omittedHeaders?: readonly string[];
};

export const NOT_IMPLEMENTED = {
  status: 501,
  code: "NotImplemented",
  message: "A header you provided implies functionality that is not implemented",
};

export const isForm = ({ method, headers, hasKey }: Call) =>
  method === "POST" && !hasKey && headers["content-type"]?.startsWith("multipart/form-data") === true;
export const isBatchDelete = ({ method, query }: Call) => method === "POST" && query.has("delete");
export const isCorsChange = ({ method, query }: Call) => method === "PUT" && query.has("cors");
export const isConditionalWrite = ({ method, headers }: Call) =>
  (method === "PUT" || method === "POST") && headers["if-none-match"] !== undefined;
