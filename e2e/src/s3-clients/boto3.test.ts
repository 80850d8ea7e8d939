import { describe, expect, it } from "vitest";
import { pathsOf } from "../testing/selections.ts";
import { useClientBucket } from "./client-bucket.ts";

const CODE = `
import os, boto3
from boto3.s3.transfer import TransferConfig

s3 = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
parts = TransferConfig(multipart_threshold=6 * 2**20, multipart_chunksize=6 * 2**20)
s3.upload_file("tree/large", "files", "large", Config=parts, ExtraArgs={"Metadata": {"colour": "red"}})
s3.copy({"Bucket": "files", "Key": "large"}, "files", "copy", Config=parts, ExtraArgs={"MetadataDirective": "REPLACE"})
s3.download_file("files", "copy", "back", Config=parts)
print("same", open("back", "rb").read() == open("tree/large", "rb").read())
s3.create_bucket(Bucket="second")
pages = s3.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 1})
print("buckets", [bucket["Name"] for page in pages for bucket in page["Buckets"]])
print("tags", s3.get_object_tagging(Bucket="files", Key="large")["TagSet"])
wanted = ["ObjectParts", "ObjectSize"]
print("parts", s3.get_object_attributes(Bucket="files", Key="large", ObjectAttributes=wanted)["ObjectParts"]["TotalPartsCount"])
listed = s3.list_objects_v2(Bucket="files", FetchOwner=True)["Contents"]
print("owner", [(entry["Key"], entry["Owner"]["ID"]) for entry in listed])
print("put", s3.generate_presigned_url("put_object", Params={"Bucket": "files", "Key": "put"}))
`;

describe.each(pathsOf("boto3", process.env))("boto3 of %s on the built-in bucket", (python) => {
  const bucket = useClientBucket();

  it("boto3 upload_file, copy and download_file keep every byte in the built-in bucket", async () => {
    const lines = (await bucket.run(python, ["-c", CODE])).trim().split("\n");
    const url = lines.pop()?.replace(/^put /, "") ?? "";
    const owner = bucket.credentials.accessKeyId;
    expect(lines).toEqual([
      "same True",
      "buckets ['files', 'second']",
      "tags []",
      "parts 2",
      `owner [('copy', '${owner}'), ('large', '${owner}')]`,
    ]);
    expect((await fetch(url, { method: "PUT", body: "hello" })).status).toBe(200);
  });
});
