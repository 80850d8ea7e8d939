import { noSuchUpload, S3Error } from "../errors.ts";
import type { S3Request } from "../http/request.ts";

/** A body that the bucket is receiving. `wait` resolves with the next bytes of the body, and rejects if the bucket refuses the body. */
export type Arrival = { wait<T>(bytes: Promise<T>): Promise<T> };

type Arriving = Arrival & { uploadId: string | undefined; refuse: (error: S3Error) => void };

/** Tracks the bodies that clients are sending to presigned URLs. */
export type ArrivingBodies = {
  /** Receives a body. Throws SlowDown if two others for the object or part arrive, and RequestTimeout if it is late. */
  receive<T>(request: S3Request, body: (arrival: Arrival) => Promise<T>): Promise<T>;
  /** Refuses the bodies that are arriving for parts of an upload, because the upload does not exist any more. */
  refuseParts(uploadId: string): void;
};

/** Two bodies are permitted, so that a client can retry after its connection broke, even if the bucket has not noticed the break. */
const BODIES_AT_ONCE = 2;
const UNBOUNDED: Arrival = { wait: (bytes) => bytes };

/**
 * The limits exist because the signer of a URL may not count the disk space of arriving bodies. A body can arrive until `lateMs`
 * milliseconds after its URL expires. The limits do not apply to requests with a signature in a header.
 */
export function createArrivingBodies({ now, lateMs }: { now: () => number; lateMs: number }): ArrivingBodies {
  const arriving = new Map<string, Set<Arriving>>();
  return {
    async receive(request, body) {
      const { expiresAt } = request.verified;
      if (expiresAt === undefined) return body(UNBOUNDED);
      const target = targetOf(request);
      const others = arriving.get(target) ?? new Set();
      if (others.size >= BODIES_AT_ONCE) throw slowDown();
      const arrival = createArrival(request.parameters.get("uploadId"));
      arriving.set(target, others.add(arrival));
      const timer = setTimeout(() => arrival.refuse(late()), expiresAt + lateMs - now());
      try {
        return await body(arrival);
      } finally {
        clearTimeout(timer);
        others.delete(arrival);
        if (others.size === 0) arriving.delete(target);
      }
    },
    refuseParts(uploadId) {
      for (const bodies of arriving.values()) {
        for (const arrival of bodies) if (arrival.uploadId === uploadId) arrival.refuse(noSuchUpload(uploadId));
      }
    },
  };
}

function createArrival(uploadId: string | undefined): Arriving {
  let refusal: S3Error | undefined;
  let reject: (error: S3Error) => void = () => undefined;
  return {
    uploadId,
    async wait(bytes) {
      if (refusal !== undefined) throw refusal;
      const refused = Promise.withResolvers<never>();
      reject = refused.reject;
      return await Promise.race([bytes, refused.promise]);
    },
    refuse(error) {
      refusal = error;
      reject(error);
    },
  };
}

/** Identifies the object or part that the body replaces. The key comes last, because it can contain a line break. */
function targetOf({ bucket, key, parameters }: S3Request): string {
  return [parameters.get("uploadId"), parameters.get("partNumber"), bucket, key].join("\n");
}

function slowDown(): S3Error {
  return new S3Error(
    "SlowDown",
    "Other requests send a body for the same object. Wait until they finish, then try again.",
  );
}

function late(): S3Error {
  return new S3Error(
    "RequestTimeout",
    "The body was not complete in time after its URL expired. Send it with a new URL.",
  );
}
