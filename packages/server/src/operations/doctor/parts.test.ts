import { describe, expect, it } from "vitest";
import { recogniseProvider } from "./parts.ts";

describe("the provider of an endpoint", () => {
  it.each([
    [undefined, "aws"],
    ["https://s3.eu-central-1.amazonaws.com", "aws"],
    ["https://account.r2.cloudflarestorage.com", "r2"],
    ["https://s3.eu-central-003.backblazeb2.com", "b2"],
    ["https://storage.googleapis.com", "google"],
    ["https://s3.eu-central-1.wasabisys.com", "wasabi"],
    ["https://fra1.digitaloceanspaces.com", "spaces"],
    ["https://fsn1.your-objectstorage.com", "hetzner"],
    ["https://amazonaws.com.example.com", "other"],
  ])("the doctor recognises the provider of the endpoint %s as %s", (endpoint, provider) => {
    expect(recogniseProvider({ endpoint })).toBe(provider);
  });

  it.each([
    [{ server: "MinIO" }, "minio"],
    [{ server: "Garage" }, "garage"],
    [{ server: "SeaweedFS 30GB 3.96" }, "seaweedfs"],
    [{ server: "Ceph Object Gateway (squid)" }, "ceph"],
    [{ "x-amz-request-id": "tx00000abc-0065f1-1234-default" }, "ceph"],
    [{ "x-trans-id": "tx0abc", "x-amz-request-id": "tx0abc" }, "swift"],
    [{ "x-amz-request-id": "4442587FB7D0A2F9" }, "other"],
  ])("the doctor recognises a provider with the response headers %j as %s", (headers, provider) => {
    const answered = new Headers(headers as Record<string, string>);
    expect(recogniseProvider({ endpoint: "https://storage.example.com", headers: answered })).toBe(provider);
  });
});
