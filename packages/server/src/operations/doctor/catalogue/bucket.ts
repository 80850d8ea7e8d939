import type { Entry } from "./entry.ts";

/** Faults of the connection to the bucket, of its credentials and of its permissions. */
export const bucketFaults = {
  "bucket-unreachable": {
    severity: "error",
    title: "The S3 server can't be reached",
    why: "No file can be stored or read.",
  },
  "bucket-tls": {
    severity: "error",
    title: "The TLS connection to the S3 server fails",
    why: "The service refuses a connection that it can't verify. Browsers refuse it too.",
  },
  "bucket-not-s3": {
    severity: "error",
    title: "The endpoint does not respond like an S3 server",
    why: "Another web server, a console or a login page listens there.",
  },
  "endpoint-has-bucket": {
    severity: "error",
    title: "The endpoint contains the name of the bucket",
    why: "The service adds the name itself, so it calls another path than the bucket has.",
  },
  "bucket-missing": {
    severity: "error",
    title: "The bucket does not exist",
    why: "The credentials work, and the server has no bucket of this name.",
  },
  "bucket-region": {
    severity: "error",
    title: "The bucket is in another region",
    why: "A signature contains the region, so the bucket refuses every URL.",
  },
  "access-key-unknown": {
    severity: "error",
    title: "The S3 server does not know the access key",
    why: "The bucket refuses every call and every URL.",
  },
  "secret-key-wrong": {
    severity: "error",
    title: "The bucket refuses the signature",
    why: "The secret key is wrong, or a proxy changes the Host header or the path. Every URL fails.",
  },
  "credentials-missing": {
    severity: "error",
    title: "There are no credentials for the bucket",
    why: "The service can't sign any URL.",
  },
  "credentials-expired": {
    severity: "error",
    title: "The temporary credentials are expired or not valid",
    why: "A URL is valid only as long as the credentials that signed it.",
  },
  "credentials-expire-soon": {
    severity: "warning",
    title: "The credentials expire soon",
    why: "A URL ends with the credentials that signed it. Long uploads then break.",
  },
  "credentials-fixed-session": {
    severity: "warning",
    title: "The configuration holds temporary credentials",
    why: "AWS_SESSION_TOKEN expires within hours, and the service can't renew it.",
  },
  "clock-skew": {
    severity: "error",
    title: "The clocks of this machine and of the bucket differ",
    why: "Each URL lives shorter or longer by the difference. From 15 minutes on, S3 refuses every call.",
  },
  "bucket-refuses": {
    severity: "error",
    title: "The bucket refuses a plain upload",
    why: "No file can be stored.",
  },
  "endpoint-plain-http": {
    severity: "warning",
    title: "The connection to the bucket is not encrypted",
    why: "Everyone on the network reads the files, and the URLs that give access to them.",
  },
  "permission-put": {
    severity: "error",
    title: "The credentials may not write objects",
    why: "Uploads fail.",
  },
  "permission-get": {
    severity: "error",
    title: "The credentials may not read objects",
    why: "Downloads and verifications fail.",
  },
  "permission-delete": {
    severity: "error",
    title: "The credentials may not delete objects",
    why: "Deleted files stay in the bucket, where they cost money and can leak.",
  },
  "permission-list": {
    severity: "error",
    title: "The credentials may not list the bucket",
    why: "A missing object looks like a refusal, so verifications fail. `valetkey gc` fails too.",
  },
  "permission-abort": {
    severity: "error",
    title: "The credentials may not abort multipart uploads",
    why: "The parts of abandoned uploads stay in the bucket and cost money.",
  },
  "permission-list-parts": {
    severity: "error",
    title: "The credentials may not list the parts of an upload",
    why: "A broken upload can't be resumed, and a multipart upload can't be completed.",
  },
  "permission-list-uploads": {
    severity: "warning",
    title: "The credentials may not list multipart uploads",
    why: "The service can't find the parts that a killed process left.",
  },
} as const satisfies Record<string, Entry>;
