import { noSuchUpload, S3Error } from "../errors.ts";
import type { S3Request } from "../http/request.ts";

/** A request body that the bucket is receiving. `wait` resolves with the next bytes, and rejects if the bucket refuses the body. */
export type Arrival = { wait<T>(bytes: Promise<T>): Promise<T> };

type Arriving = Arrival & { uploadId: string | undefined; refuse: (error: S3Error) => void };

/** The bodies that clients are sending to presigned URLs. */
export type ArrivingBodies = {
  /**
   * Receives a body. Throws SlowDown if two other bodies for the same object or part are arriving, and RequestTimeout if the body is late.
   */
  receive<T>(request: S3Request, body: (arrival: Arrival) => Promise<T>): Promise<T>;
  /** Refuses all arriving bodies for parts of an upload that no longer exists. */
  refuseParts(uploadId: string): void;
};

/** With two bodies, a client can retry after its connection broke, even before the bucket has noticed this. */
const BODIES_AT_ONCE = 2;
const UNBOUNDED: Arrival = { wait: (bytes) => bytes };

/**
 * Limits the bodies that arrive for presigned URLs, because their signer may not count the disk space of arriving bodies. A body can arrive
 * until `lateMs` milliseconds after its URL expires. Requests with a signature in a header have no limits.
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

/** Identifies the object or the part that a body replaces. The key comes last, because it can contain a line break. */
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
