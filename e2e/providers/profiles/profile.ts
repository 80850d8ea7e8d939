import type { IncomingHttpHeaders } from "node:http";

/** The parts of a request to an S3 server that profiles use. */
export type Call = {
  method: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Whether the path names an object, not just a bucket. */
  hasKey: boolean;
};

/** The provider responds to matching requests with this error. */
export type Refusal = { matches: (call: Call) => boolean; status: number; code: string; message: string };

/** The documented differences of a provider from Amazon S3. All other requests reach the embedded bucket unchanged. */
export type Profile = {
  /** Its column in docs/providers.md. */
  name: string;
  refusals?: readonly Refusal[];
  /** Writes succeed although `If-None-Match: *` does not hold. */
  ignoresIfNoneMatch?: boolean;
  /** A completion whose condition fails aborts its multipart upload. */
  abortsFailedCompletion?: boolean;
  /** Response headers that never reach the client. */
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
