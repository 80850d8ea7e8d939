/*
 * The folders of this package, from the highest layer to the lowest:
 *
 * http        receives requests, verifies their signatures and sends responses
 * operations  the S3 operations
 * body        reads and verifies request bodies
 * store       the metadata in SQLite, and the bytes in files
 */
export type { BucketEvent } from "./http/handler.ts";
export type { InitialCors } from "./initial-cors.ts";
export { type S3Local, type S3LocalOptions, startS3Local } from "./start.ts";
export { type BucketBackup, type ListedBlob, listBlobs } from "./store/backup.ts";
