import type { S3Request } from "../http/request.ts";
import type { StagedContent } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { type Received, receiveBody, type Sink } from "./receive.ts";

/** The largest body of one PutObject or UploadPart: 5 GiB. Source: Amazon S3, "Multipart upload limits". */
export const MAX_BODY_BYTES = 5 * 1024 ** 3;

/** Receives a request's body onto the disk, checked and durable, but not yet named by any row. */
export function stageBody(store: Store, request: S3Request): Promise<StagedContent> {
  return stage(store, (sink) => receiveBody(request, { maxBytes: MAX_BODY_BYTES, sink }));
}

/** Brings bytes onto the disk, durable; when they turn out not to be wanted, nothing stays. */
export async function stage(store: Store, receive: (sink: Sink) => Promise<Received>): Promise<StagedContent> {
  const writer = store.blobs.create();
  try {
    const received = await receive(writer);
    const blob = await writer.finish();
    return { ...received, ...(blob !== undefined && { blob }) };
  } catch (error) {
    await writer.discard();
    throw error;
  }
}
