/*
 * The folders of this package, from the highest layer to the lowest:
 *
 * endpoint    starts the server, verifies signatures, and finds the operation of a request
 * operations  the S3 operations
 * body        reads and verifies request bodies
 * http        the parsed request, its headers, and the response
 * store       the metadata in SQLite, and the bytes in files
 */
export type { BucketEvent } from "./endpoint/handler.ts";
export { type InitialCors, type S3Local, type S3LocalOptions, startS3Local } from "./endpoint/start.ts";
export {
  type AddedObject,
  addObjects,
  type BucketBackup,
  findObjects,
  type ListedBlob,
  listBlobs,
} from "./store/backup.ts";
