import type { Check } from "../check.ts";
import { finding, type Outcome } from "../finding.ts";
import { environmentFix, stepFix } from "../fixes/environment.ts";
import { createSignedRequests } from "../objects.ts";
import type { DoctorParts } from "../parts.ts";
import { isFailure } from "../requests.ts";

const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Reads an object through the endpoint that browsers call. Also compares the schemes (http or https) of the pages and of the bucket. */
export const publicEndpointCheck: Check = {
  name: "endpoint for browsers",
  async run(parts) {
    const { publicTarget, target } = parts.bucket;
    const url = new URL(await createSignedRequests(parts).putUrl(parts.newKey(), { at: publicTarget }));
    const scheme = judgeScheme(parts, url);
    if (publicTarget.endpoint === target.endpoint) return scheme;
    return [...scheme, ...(await judgeRead(parts, url))];
  },
};

function judgeScheme({ publicUrl, provider }: DoctorParts, url: URL): Outcome[] {
  if (url.protocol === "https:") return [];
  const fix = environmentFix(`S3_PUBLIC_ENDPOINT=https://${url.hostname}`);
  const detail = `URLs of files start with ${url.origin}.`;
  if (new URL(publicUrl).protocol === "https:") return [finding("mixed-content", { detail, fix })];
  if (LOCAL.test(url.hostname) || provider === "embedded") return [];
  return [finding("endpoint-plain-http", { detail, fix })];
}

async function judgeRead(parts: DoctorParts, { origin }: URL): Promise<Outcome[]> {
  const signed = createSignedRequests(parts);
  const key = parts.newKey();
  const stored = await signed.put(key);
  if (isFailure(stored) || stored.status !== 200) return [];
  const answer = await signed.get(key, { at: parts.bucket.publicTarget });
  if (isFailure(answer)) {
    const fix = environmentFix("S3_PUBLIC_ENDPOINT=https://the-public-host-of-the-bucket");
    return [finding("public-endpoint-unreachable", { detail: `${origin}: ${answer.reason}.`, fix })];
  }
  if (answer.status === 200) return [];
  const detail = `${origin} responded to a signed GET with ${answer.code ?? `status ${answer.status}`}.`;
  const nginx = {
    label: "nginx, before the S3 server",
    text: "proxy_set_header Host $host;\nproxy_pass http://s3-server;",
  };
  const step = stepFix("Let the proxy pass the Host header, the path and the query unchanged.");
  return [finding("public-endpoint-refuses", { detail, fix: [...step, nginx] })];
}
