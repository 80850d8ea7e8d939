export type { BucketEvent } from "./http/handler.ts";
export { type InitialCors, type S3Local, type S3LocalOptions, startS3Local } from "./start.ts";
