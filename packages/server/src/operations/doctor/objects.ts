import { type Credentials, createPresigner, type PresignTarget } from "@valetkey/presign";
import type { DoctorParts } from "./parts.ts";
import type { Answer } from "./requests.ts";

export const BODY = "valetkey";
export const TYPE = "text/plain";
const EXPIRES_IN_SECONDS = 60;

type GetResponse = { contentDisposition: string; contentType: string };
type Parts = Pick<DoctorParts, "bucket" | "clock" | "requests">;
type Signing = {
  at?: PresignTarget;
  agedSeconds?: number;
  expiresInSeconds?: number;
  origin?: string;
  headers?: Record<string, string>;
};

/**
 * Signs URLs of objects, and sends requests to these URLs. `agedSeconds`: the age of the signature. `origin`: the header Origin of a
 * browser. `headers`: more headers of an upload, which the signature covers.
 */
export function createSignedRequests({ bucket, clock, requests }: Parts) {
  async function signing({ agedSeconds = 0, expiresInSeconds = EXPIRES_IN_SECONDS }: Signing) {
    const credentials: Credentials = await bucket.credentials();
    return { credentials, expiresInSeconds, now: clock() - agedSeconds * 1000 };
  }
  const presigner = (options: Signing) => createPresigner(options.at ?? bucket.target);
  const originOf = ({ origin }: Signing): Record<string, string> => (origin === undefined ? {} : { origin });

  return {
    async get(key: string, options: Signing = {}): Promise<Answer> {
      const { url } = presigner(options).presignGet({ key, ...(await signing(options)) });
      return requests.send(url, { headers: originOf(options) });
    },
    async head(key: string, options: Signing = {}): Promise<Answer> {
      const { url } = presigner(options).presignHead({ key, ...(await signing(options)) });
      return requests.send(url, { method: "HEAD" });
    },
    async put(key: string, options: Signing = {}): Promise<Answer> {
      const headers = { "content-type": TYPE, ...options.headers };
      const { url } = presigner(options).presignPut({ key, headers, ...(await signing(options)) });
      return requests.send(url, { method: "PUT", body: BODY, headers: { ...headers, ...originOf(options) } });
    },
    async delete(key: string): Promise<Answer> {
      const { url } = presigner({}).presignDelete({ key, ...(await signing({})) });
      return requests.send(url, { method: "DELETE" });
    },
    /** Returns a presigned URL for a download with the given response headers, as browsers get it. */
    async getUrl(key: string, options: Signing & { response: GetResponse }): Promise<string> {
      const { response } = options;
      return presigner(options).presignGet({ key, response, ...(await signing(options)) }).url;
    },
    /** Returns a presigned URL for an upload of the object, as browsers get it. */
    async putUrl(key: string, options: Signing = {}): Promise<string> {
      const headers = { "content-type": TYPE };
      return presigner(options).presignPut({ key, headers, ...(await signing(options)) }).url;
    },
    async plainUrl(key: string): Promise<string> {
      const { url } = presigner({}).presignGet({ key, ...(await signing({})) });
      return url.slice(0, url.indexOf("?"));
    },
  };
}

/** Waits for a call of the AWS SDK. If the call fails, returns `refusal` with the code and the status of the response. */
export async function attempt<T>(call: Promise<T>): Promise<{ output: T } | { refusal: Refusal }> {
  try {
    return { output: await call };
  } catch (error) {
    const { name, Code, $metadata } = error as {
      name?: string;
      Code?: string;
      $metadata?: { httpStatusCode?: number };
    };
    return { refusal: { code: Code ?? name ?? "Error", status: $metadata?.httpStatusCode } };
  }
}

export type Refusal = { code: string; status: number | undefined };

export function isForbidden({ code, status }: Refusal): boolean {
  return code === "AccessDenied" || status === 401 || status === 403;
}

/**
 * Returns whether a refusal means that the server does not support the feature. Garage and other servers then return 501. Swift and Ceph
 * may return 405 or 400.
 */
export function isUnsupported({ code, status }: Refusal): boolean {
  return status === 501 || status === 405 || code === "NotImplemented" || code === "MethodNotAllowed";
}
