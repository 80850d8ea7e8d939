import { createHash, createHmac } from "node:crypto";

/** A request for the test signer, which shares no code with the real signer and also signs requests that no client should send. */
type TestRequest = {
  method: string;
  path: string;
  /** The query parameters are encoded and sorted, as in the canonical request. */
  query: [string, string][];
  headers: [string, string][];
  signedHeaders: string[];
  payloadHash: string;
  scope: string;
  dateTime: string;
  secretAccessKey: string;
};

export const EXAMPLE_KEY = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};

function canonicalRequestOf(request: TestRequest): string {
  const query = [...request.query].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}=${value}`);
  const values = new Map(
    request.headers.map(([name, value]) => [name.toLowerCase(), value.trim().replace(/ +/g, " ")]),
  );
  const signed = [...request.signedHeaders].sort();
  const headers = signed.map((name) => `${name}:${values.get(name) ?? ""}\n`).join("");
  return [request.method, request.path, query.join("&"), headers, signed.join(";"), request.payloadHash].join("\n");
}

function signatureOf(request: TestRequest): string {
  const hash = createHash("sha256").update(canonicalRequestOf(request), "latin1").digest("hex");
  return signText(`AWS4-HMAC-SHA256\n${request.dateTime}\n${request.scope}\n${hash}`, request);
}

export function signText(
  text: string,
  { scope, secretAccessKey }: Pick<TestRequest, "scope" | "secretAccessKey">,
): string {
  const [date, region, service, terminator] = scope.split("/") as [string, string, string, string];
  const key = [date, region, service, terminator].reduce<string | Buffer>(
    (previous, part) => createHmac("sha256", previous).update(part).digest(),
    `AWS4${secretAccessKey}`,
  );
  return createHmac("sha256", key).update(text, "latin1").digest("hex");
}

type Presigned = Partial<TestRequest> & { credential?: string; expires?: string; extraQuery?: [string, string][] };

/** Makes a request with a valid signature in the query. The caller can replace each part of the request. */
export function presigned(parts: Presigned = {}) {
  const dateTime = parts.dateTime ?? "20130524T000000Z";
  const scope = parts.scope ?? "20130524/us-east-1/s3/aws4_request";
  const signedHeaders = parts.signedHeaders ?? ["host"];
  const request: TestRequest = {
    method: "GET",
    path: "/examplebucket/test.txt",
    headers: [["Host", "localhost:9000"]],
    payloadHash: "UNSIGNED-PAYLOAD",
    secretAccessKey: EXAMPLE_KEY.secretAccessKey,
    ...parts,
    dateTime,
    scope,
    signedHeaders,
    query: [
      ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
      ["X-Amz-Credential", encodeURIComponent(parts.credential ?? `${EXAMPLE_KEY.accessKeyId}/${scope}`)],
      ["X-Amz-Date", dateTime],
      ["X-Amz-Expires", parts.expires ?? "86400"],
      ["X-Amz-SignedHeaders", encodeURIComponent(signedHeaders.join(";"))],
      ...(parts.extraQuery ?? []),
    ],
  };
  const query = [...request.query, ["X-Amz-Signature", signatureOf(request)]].map((pair) => pair.join("="));
  return received(request, `${request.path}?${query.join("&")}`);
}

/** Makes a request with a valid signature in the Authorization header. The caller can replace each part of the request. */
export function headerSigned(parts: Partial<TestRequest> & { authorization?: (signature: string) => string } = {}) {
  const dateTime = parts.dateTime ?? "20130524T000000Z";
  const scope = parts.scope ?? "20130524/us-east-1/s3/aws4_request";
  const payloadHash = parts.payloadHash ?? "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  const headers: [string, string][] = [
    ["Host", "localhost:9000"],
    ["X-Amz-Date", dateTime],
    ["X-Amz-Content-Sha256", payloadHash],
    ...(parts.headers ?? []),
  ];
  const signedHeaders = parts.signedHeaders ?? headers.map(([name]) => name.toLowerCase()).sort();
  const request: TestRequest = {
    method: "GET",
    path: "/examplebucket/test.txt",
    query: [],
    secretAccessKey: EXAMPLE_KEY.secretAccessKey,
    ...parts,
    dateTime,
    scope,
    payloadHash,
    headers,
    signedHeaders,
  };
  const signature = signatureOf(request);
  const usual = `AWS4-HMAC-SHA256 Credential=${EXAMPLE_KEY.accessKeyId}/${scope},SignedHeaders=${signedHeaders.join(";")},Signature=${signature}`;
  const authorization = parts.authorization?.(signature) ?? usual;
  const query = request.query.map((pair) => pair.join("=")).join("&");
  const target = query === "" ? request.path : `${request.path}?${query}`;
  return received({ ...request, headers: [...headers, ["Authorization", authorization]] }, target);
}

function received({ method, headers }: TestRequest, target: string) {
  return { method, target, rawHeaders: headers.flat() };
}
