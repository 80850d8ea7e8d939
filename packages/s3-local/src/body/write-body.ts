import type { S3Request } from "../http/request.ts";
import type { WrittenBody } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import type { ArrivingBodies } from "./arriving-bodies.ts";
import { MAX_BODY_BYTES, type ReceivedBody, receiveBody, type Sink } from "./receive-body.ts";

/** Receives the body of a request and writes it to the disk. The written bytes are verified and durable, but no row refers to them yet. */
export function writeBody(
  { store, bodies }: { store: Store; bodies: ArrivingBodies },
  request: S3Request,
): Promise<WrittenBody> {
  return bodies.receive(request, (arrival) =>
    writeBytes(store, (sink) => receiveBody(request, { maxBytes: MAX_BODY_BYTES, sink, arrival })),
  );
}

/** Writes received bytes durably to the disk. If `receive` fails, deletes the file. */
export async function writeBytes(store: Store, receive: (sink: Sink) => Promise<ReceivedBody>): Promise<WrittenBody> {
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
