import { noSuchUpload, S3Error } from "../errors.ts";
import type { S3Request } from "../http/request.ts";

/** A body in transit. `wait` waits for the next bytes of the body, and rejects when the bucket refuses the body. */
export type Arrival = { wait<T>(bytes: Promise<T>): Promise<T> };

type Arriving = Arrival & { uploadId: string | undefined; refuse: (error: S3Error) => void };

/** The bodies in transit to presigned URLs. */
export type ArrivingBodies = {
  /** Receives a body. Throws SlowDown while two other bodies of the same object or part arrive. Throws RequestTimeout for a late body. */
  receive<T>(request: S3Request, body: (arrival: Arrival) => Promise<T>): Promise<T>;
  /** Refuses the bodies of the parts of a removed upload. */
  refuseParts(uploadId: string): void;
};

/** With a second body, a client can retry when its connection broke and the bucket has not noticed that yet. */
const BODIES_AT_ONCE = 2;
const UNBOUNDED: Arrival = { wait: (bytes) => bytes };

/**
 * Limits the bodies of presigned URLs, because the bytes use disk space that the signer may not count.
 * A body may arrive until `lateMs` after the expiry of its URL. Requests that are signed in a header have no such limits.
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

/** Names the object or the part that the body replaces. The key is the last piece, because it may contain a line break. */
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
