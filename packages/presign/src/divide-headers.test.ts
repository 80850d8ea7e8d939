import { expect, test } from "vitest";
import { createPresigner } from "./index.ts";

const presigner = createPresigner({ bucket: "my-bucket", region: "eu-west-1" });

function presignPut(headers: Record<string, string>) {
  return presigner.presignPut({
    key: "k",
    credentials: { accessKeyId: "AKID", secretAccessKey: "secret" },
    expiresInSeconds: 60,
    now: 0,
    headers,
  });
}

test.each([
  "content-length",
  "content-type",
  "content-md5",
  "content-disposition",
  "cache-control",
  "if-none-match",
  "range",
])("the presigner signs the header %s, which the client must send", (name) => {
  const { url, headers } = presignPut({ [name.toUpperCase()]: " 1 " });
  expect(headers).toEqual({ [name]: "1" });
  expect(new URL(url).searchParams.get("X-Amz-SignedHeaders")).toBe([name, "host"].sort().join(";"));
  expect(url).not.toBe(presignPut({ [name]: "2" }).url);
});

test.each([
  "x-amz-checksum-sha256",
  "x-amz-checksum-crc64nvme",
  "x-amz-server-side-encryption",
  "x-amz-server-side-encryption-customer-key",
])("the presigner does not move the header %s into the query", (name) => {
  const { url, headers } = presignPut({ [name]: "value" });
  expect(headers).toEqual({ [name]: "value" });
  expect(new URL(url).searchParams.has(name)).toBe(false);
});

test.each([
  "x-amz-acl",
  "x-amz-meta-title",
  "x-amz-checksum-mode",
  "x-amz-checksum-algorithm",
  "x-amz-sdk-checksum-algorithm",
])("the presigner moves the header %s into the query", (name) => {
  const { url, headers } = presignPut({ [name]: "välue +" });
  expect(headers).toEqual({});
  expect(new URL(url).searchParams.get(name)).toBe("välue +");
});

test.each([
  ["user-agent", "x"],
  ["Accept-Encoding", "gzip"],
  ["authorization", "x"],
  ["proxy-connection", "x"],
  ["sec-fetch-mode", "x"],
  ["host", "x"],
  ["X-Amz-Date", "x"],
  ["x-amz-security-token", "x"],
  ["x-amz-content-sha256", "x"],
  ["", "x"],
  ["two words", "x"],
  ["content-type:", "x"],
  ["content-type", "a\r\nhost: evil"],
  ["x-amz-meta-title", "a\nb"],
  ["content-disposition", 'attachment; filename="é"'],
  ["content-length", 5 as unknown as string],
])("the presigner refuses the header %j with the value %j", (name, value) => {
  expect(() => presignPut({ [name]: value })).toThrow(expect.objectContaining({ code: "invalid_header" }));
});

test.each(["Content-Type", "X-Amz-Acl"])("the presigner refuses the repeated header %s", (name) => {
  const twice = { [name]: "a", [name.toLowerCase()]: "a" };
  expect(() => presignPut(twice)).toThrow(expect.objectContaining({ code: "invalid_header" }));
});

test("the presigner signs a header whose name is also the name of an object property", () => {
  const { url, headers } = presignPut(JSON.parse('{"__proto__":"x"}'));
  expect(Object.entries(headers)).toEqual([["__proto__", "x"]]);
  expect(new URL(url).searchParams.get("X-Amz-SignedHeaders")).toBe("__proto__;host");
});
