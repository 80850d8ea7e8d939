import type { Fix } from "../finding.ts";
import { type BucketPlace, quoted, s3api } from "./bucket-place.ts";
import { stepFix } from "./environment.ts";

const OBJECT_ACTIONS = [
  "s3:GetObject",
  "s3:PutObject",
  "s3:DeleteObject",
  "s3:AbortMultipartUpload",
  "s3:ListMultipartUploadParts",
];
const BUCKET_ACTIONS = ["s3:ListBucket", "s3:ListBucketMultipartUploads"];

/** Explains how an operator gives the service the permissions that it needs. */
export function permissionFix(place: BucketPlace): Fix[] {
  const policy = policyFor(place.bucket.name);
  const json: Fix = { label: "IAM policy (JSON)", text: JSON.stringify(policy, null, 2) };
  switch (place.provider) {
    case "aws": {
      const command = `aws iam put-user-policy --user-name valetkey --policy-name valetkey \\\n  --policy-document ${quoted(policy)}`;
      return [{ label: "AWS CLI", text: command }, terraform(place), json];
    }
    case "r2":
      return stepFix("Create an API token with the permission Object Read & Write for this bucket.");
    case "b2":
      return stepFix(
        "Create an application key for this bucket with read and write access, which may list all bucket names.",
      );
    case "google":
      return stepFix(
        "Give the service account the roles Storage Object Admin and Storage Legacy Bucket Reader on the bucket.",
      );
    case "garage": {
      const command = `garage bucket allow --read --write ${place.bucket.name} --key valetkey`;
      return [{ label: "Garage command line", text: command }];
    }
    case "spaces":
    case "hetzner":
      return stepFix("Create an access key that may read, write, list and delete in this bucket.");
    default:
      return [json];
  }
}

/** Explains how an operator closes the bucket for everyone who has no credentials. */
export function closeFix(place: BucketPlace): Fix[] {
  const all = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };
  switch (place.provider) {
    case "aws": {
      const option = `--public-access-block-configuration ${quoted(all)}`;
      return [{ label: "AWS CLI", text: s3api(place, "put-public-access-block", option) }, terraformBlock(place)];
    }
    case "r2":
      return stepFix("Turn off public access and the r2.dev URL in the settings of the bucket.");
    case "b2":
      return [{ label: "B2 command line", text: `b2 bucket update ${place.bucket.name} allPrivate` }];
    case "google": {
      const command = `gcloud storage buckets update gs://${place.bucket.name} --public-access-prevention`;
      return [{ label: "gcloud", text: command }];
    }
    case "minio":
      return [{ label: "MinIO client", text: `mc anonymous set none ALIAS/${place.bucket.name}` }];
    case "swift":
      return [{ label: "Swift command line", text: `swift post ${place.bucket.name} --read-acl "" --write-acl ""` }];
    default:
      return [
        { label: "AWS CLI (it removes the bucket policy)", text: s3api(place, "delete-bucket-policy") },
        { label: "AWS CLI, if the bucket has a public ACL", text: s3api(place, "put-bucket-acl", "--acl private") },
      ];
  }
}

/** Describes a bucket policy that refuses signatures that are older than `maxAgeSeconds`. */
export function signatureAgeFix(place: BucketPlace, { maxAgeSeconds }: { maxAgeSeconds: number }): Fix[] {
  const policy = {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "RefuseOldSignatures",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: `arn:aws:s3:::${place.bucket.name}/*`,
        Condition: {
          StringEquals: { "s3:authType": "REST-QUERY-STRING" },
          NumericGreaterThan: { "s3:signatureAge": String(maxAgeSeconds * 1000) },
        },
      },
    ],
  };
  const json: Fix = { label: "statement of the bucket policy (JSON)", text: JSON.stringify(policy, null, 2) };
  const command = s3api(place, "put-bucket-policy", `--policy ${quoted(policy)}`);
  return [{ label: "AWS CLI (it replaces the bucket policy)", text: command }, json];
}

function policyFor(bucket: string) {
  return {
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: OBJECT_ACTIONS, Resource: `arn:aws:s3:::${bucket}/*` },
      { Effect: "Allow", Action: BUCKET_ACTIONS, Resource: `arn:aws:s3:::${bucket}` },
    ],
  };
}

function terraform({ bucket }: BucketPlace): Fix {
  const text = `resource "aws_iam_user_policy" "valetkey" {
  user   = "valetkey"
  name   = "valetkey"
  policy = jsonencode(${JSON.stringify(policyFor(bucket.name), null, 2).replaceAll("\n", "\n  ")})
}`;
  return { label: "Terraform", text };
}

function terraformBlock({ bucket }: BucketPlace): Fix {
  const text = `resource "aws_s3_bucket_public_access_block" "valetkey" {
  bucket                  = "${bucket.name}"
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}`;
  return { label: "Terraform", text };
}
