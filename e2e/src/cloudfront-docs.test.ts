import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FORWARDED } from "../../packages/server/src/platform/bucket/testing/distribution.ts";
import { pathsOf } from "./testing/selections.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const SAMPLES = join(ROOT, "deploy/cloudfront");
const page = readFileSync(join(ROOT, "docs/cloudfront.md"), "utf8");
const files = new Map(readdirSync(SAMPLES).map((name) => [name, readFileSync(join(SAMPLES, name), "utf8")]));
const terraform = files.get("valetkey.tf") ?? "";
const commands = [...page.matchAll(/^ +((?:aws|openssl|node) .*)$/gm)].map(([, command = ""]) => command);

// biome-ignore lint/suspicious/noExplicitAny: the test reads members of AWS configuration files.
const read = (name: string): any => JSON.parse(files.get(name) ?? "");

it("docs/cloudfront.md names each file in the folder deploy/cloudfront", () => {
  expect(files.size).toBe(6);
  for (const name of files.keys()) expect(page).toMatch(new RegExp(`file://${name}|\`${name}\``));
});

describe("requirement 18: the samples in deploy/cloudfront allow only reads", () => {
  it("the bucket policy for CloudFront lets the distribution only read objects", () => {
    const { Statement } = read("bucket-policy.json");
    expect(Statement).toEqual([expect.objectContaining({ Effect: "Allow", Action: "s3:GetObject" })]);
    expect(Statement[0].Principal).toEqual({ Service: "cloudfront.amazonaws.com" });
    expect(Statement[0].Condition.StringEquals["AWS:SourceArn"]).toMatch(/:distribution\//);
    expect(terraform.match(/"s3:\w+"/g)).toEqual(['"s3:GetObject"']);
  });

  it("the CloudFront distribution serves only signed reads over HTTPS", () => {
    const behavior = read("distribution.json").DefaultCacheBehavior;
    expect(behavior.AllowedMethods.Items).toEqual(["GET", "HEAD", "OPTIONS"]);
    expect(behavior.TrustedKeyGroups.Enabled).toBe(true);
    expect(behavior.ViewerProtocolPolicy).toBe("https-only");
    expect(terraform).toContain('allowed_methods            = ["GET", "HEAD", "OPTIONS"]');
    expect(terraform).toContain("trusted_key_groups");
    expect(terraform).toContain('viewer_protocol_policy     = "https-only"');
  });

  it("the CloudFront sample forwards the query parameters that the service signs", () => {
    const { QueryStringsConfig } = read("cache-policy.json").ParametersInCacheKeyAndForwardedToOrigin;
    expect(QueryStringsConfig.QueryStrings.Items).toEqual(FORWARDED);
    expect(terraform).toContain(`items = ${JSON.stringify(FORWARDED).replace(",", ", ")}`);
  });

  it("the CloudFront sample sends the same sandbox policy as the built-in bucket", () => {
    const { ContentSecurityPolicy } = read("response-headers-policy.json").SecurityHeadersConfig;
    expect(ContentSecurityPolicy.ContentSecurityPolicy).toBe("sandbox; default-src 'none'");
    expect(terraform).toContain(ContentSecurityPolicy.ContentSecurityPolicy);
  });
});

// All installed versions of the AWS CLI have the documented commands, so one version is enough.
describe.each(pathsOf("aws-cli", process.env).slice(0, 1))("the commands of docs/cloudfront.md with %s", (aws) => {
  let folder: string;
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    response.writeHead(400).end("<ErrorResponse><Error><Code>Stop</Code></Error></ErrorResponse>");
  });
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "valetkey-cloudfront-"));
    for (const [name, text] of files) writeFileSync(join(folder, name), text);
    await once(server.listen(0, "127.0.0.1"), "listening");
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function run(command: string): Promise<string> {
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const here = command.replace(/^aws /, `'${aws}' --no-sign-request --region us-east-1 --endpoint-url ${endpoint} `);
    return promisify(execFile)("bash", ["-ec", here], { cwd: folder }).then(
      ({ stdout }) => stdout,
      ({ stderr }) => stderr,
    );
  }

  // The AWS CLI checks parameters before it sends a request. So a request to the test server proves that the parameters are valid.
  it("the commands of docs/cloudfront.md have only parameters that the AWS CLI accepts", async () => {
    for (const command of commands) {
      const output = await run(command);
      if (command.startsWith("aws ")) expect(output, command).toContain("(Stop)");
    }
    expect(requests).toHaveLength(commands.filter((command) => command.startsWith("aws ")).length);
    expect(requests).toContain("POST /2020-05-31/distribution");
    expect(readFileSync(join(folder, "public-key.json"), "utf8")).toContain("BEGIN PUBLIC KEY");
  });
});
