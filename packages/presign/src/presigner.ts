import { type DividedHeaders, divideHeaders } from "./divide-headers.ts";
import { encodeResponse, encodeRfc3986, parameter } from "./encode.ts";
import { PresignError } from "./errors.ts";
import { lifetimeOf } from "./lifetime.ts";
import { createPresignPost } from "./presign-post.ts";
import { createSigningDays } from "./signing-days.ts";
import { encodedKeyOf, type ResolvedTarget, resolveTarget } from "./target.ts";
import type {
  GetOptions,
  PresignedRequest,
  Presigner,
  PresignOptions,
  PresignTarget,
  UploadPartOptions,
} from "./types.ts";

type Context = { target: ResolvedTarget; findDay: ReturnType<typeof createSigningDays> };

/** `query`: the parameters between X-Amz-SignedHeaders and the headers that become parameters. */
type Sign = (options: PresignOptions, query: string, cacheWindowSeconds?: number) => PresignedRequest;

/** `tail`: the end of the URL. `closing`: the end of the canonical request. */
type Ending = { tail: string; closing: string };

const MAX_PART_NUMBER = 10_000;

/**
 * Makes a presigner for one bucket.
 *
 * The presigner caches the signing keys of recent days and credentials. Throws PresignError `invalid_target`. Source: AWS "Authenticating
 * requests: using query parameters (AWS Signature Version 4)".
 *
 * @example
 * ```ts
 * import { createPresigner } from "@valetkey/presign";
 *
 * const presigner = createPresigner({ bucket: "my-files", region: "eu-central-1" });
 * const { url } = presigner.presignGet({
 *   key: "reports/2026.pdf",
 *   credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
 *   expiresInSeconds: 60,
 *   now: Date.now(),
 * });
 * console.log(new URL(url).host); // my-files.s3.eu-central-1.amazonaws.com
 * ```
 */
export function createPresigner(target: PresignTarget): Presigner {
  const resolved = resolveTarget(target);
  const context = { target: resolved, findDay: createSigningDays(resolved.region) };
  const signGet = createSign(context, { method: "GET", operationQuery: "&x-id=GetObject" });
  const signHead = createSign(context, { method: "HEAD", operationQuery: "" });
  const signPut = createSign(context, { method: "PUT", operationQuery: "&x-id=PutObject" });
  const signDelete = createSign(context, { method: "DELETE", operationQuery: "&x-id=DeleteObject" });
  const signPart = createSign(context, { method: "PUT", operationQuery: "&x-id=UploadPart" });
  return {
    origin: resolved.origin,
    presignGet: (options) => {
      const query = responseQuery(options.response) + parameter("versionId", options.versionId);
      return signGet(options, query, options.cacheWindowSeconds);
    },
    presignHead: (options) => signHead(options, parameter("versionId", options.versionId)),
    presignPut: (options) => signPut(options, ""),
    presignDelete: (options) => signDelete(options, parameter("versionId", options.versionId)),
    presignUploadPart: (options) => signPart(options, partQuery(options)),
    presignPost: createPresignPost(resolved, context.findDay),
  };
}

/**
 * Makes the function that signs one operation, such as GetObject.
 *
 * The canonical request and the URL share most of their text, most of which is built only once. Only the URL contains X-Amz-Signature.
 */
function createSign(context: Context, operation: { method: string; operationQuery: string }): Sign {
  const { host, origin, pathPrefix } = context.target;
  const { method, operationQuery } = operation;
  const [requestStart, urlStart] = [`${method}\n${pathPrefix}`, origin + pathPrefix];
  const hostOnly = divideHeaders(host, {});
  const plainEnding = endingOf(hostOnly, operationQuery);
  return (options, query, cacheWindowSeconds) => {
    const { signedAtSecond, expiresAt, warning } = lifetimeOf(options, cacheWindowSeconds);
    const day = context.findDay(signedAtSecond, options.credentials);
    const moment = day.moment(signedAtSecond, options.expiresInSeconds);
    const encodedKey = encodedKeyOf(options);
    const divided = options.headers === undefined ? hostOnly : divideHeaders(host, options.headers);
    const { tail, closing } =
      divided === hostOnly && query === ""
        ? plainEnding
        : endingOf(divided, query + divided.hoistedQuery + operationQuery);
    const signature = day.sign(moment.amzDate, `${requestStart}${encodedKey}${moment.inRequest}${closing}`);
    const url = `${urlStart}${encodedKey}${moment.inUrl}${signature}${tail}`;
    const headers = divided === hostOnly ? {} : divided.toSend;
    return warning === undefined ? { method, url, headers, expiresAt } : { method, url, headers, expiresAt, warning };
  };
}

function endingOf({ names, canonical }: DividedHeaders, query: string): Ending {
  const tail = `&X-Amz-SignedHeaders=${names === "host" ? names : encodeRfc3986(names)}${query}`;
  return { tail, closing: `${tail}\n${canonical}\n${names}\nUNSIGNED-PAYLOAD` };
}

function responseQuery(response: GetOptions["response"]): string {
  if (response === undefined) return "";
  return typeof response === "string" ? response : encodeResponse(response);
}

function partQuery({ partNumber, uploadId }: UploadPartOptions): string {
  if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > MAX_PART_NUMBER) {
    throw new PresignError("invalid_part", `partNumber must be a whole number, 1 to ${MAX_PART_NUMBER}`);
  }
  if (typeof uploadId !== "string" || uploadId === "")
    throw new PresignError("invalid_part", "uploadId must be a non-empty string");
  return `&partNumber=${partNumber}&uploadId=${encodeRfc3986(uploadId)}`;
}
