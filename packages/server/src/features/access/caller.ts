import type { FastifyReply, FastifyRequest, onRequestHookHandler } from "fastify";
import type { Role } from "../../platform/database/unions.ts";
import type { Attachment } from "./attachment.ts";

/** A session or an API token, which can be revoked. `id`: the id of the database row, never the secret. */
export type Credential = { kind: "session" | "api-token"; id: string };

export type Caller = {
  userId: string;
  /** Undefined for a caller with a JWT, and for an HTTP request that needs no credential. */
  credential?: Credential | undefined;
  /** The expiry of the API token that authenticated the request, in milliseconds since the epoch. */
  tokenExpiresAt?: number | undefined;
  /**
   * The roles that the application grants to the caller, by note id (embedding only). They are valid for one HTTP request, and replace the
   * roles in the database. Undefined: the roles in the database apply.
   */
  grants?: ReadonlyMap<string, Role> | undefined;
};

/** The prefix of the ids of visitors in files and audit events. */
export const VISITOR = "visitor:";

/** Returns the id that files and audit events store for a visitor. No user has an id with this prefix. */
export function visitorActorId(visitorId: string): string {
  return VISITOR + visitorId;
}

/** Returns the id of the visitor from the id in a file or an audit event. Returns undefined for the id of a user. */
export function visitorIdOf(actorId: string): string | undefined {
  return actorId.startsWith(VISITOR) ? actorId.slice(VISITOR.length) : undefined;
}

/** Returns whether a file is hidden from a role. Strangers name the files of visitors, so a viewer sees them only when they are ready. */
export function isHiddenFrom(role: Role | undefined, { createdBy, state }: Pick<Attachment, "createdBy" | "state">) {
  return role === "viewer" && state !== "ready" && visitorIdOf(createdBy) !== undefined;
}

const APPLICATION_USER = "application:";

const OWNER = "item:";

/** Returns the id that files and audit events store for a user of the application. No user of the service has an id with this prefix. */
export function applicationUserId(userId: string): string {
  return APPLICATION_USER + userId;
}

/** Returns the application's id of a user. Returns undefined if the actor is not a user of the application. */
export function idInApplication(actorId: string): string | undefined {
  return actorId.startsWith(APPLICATION_USER) ? actorId.slice(APPLICATION_USER.length) : undefined;
}

/** Returns the id that owns the note of an item without a tenant. The usage of this id is the usage of the item. */
export function ownerOfItem(noteId: string): string {
  return OWNER + noteId;
}

const TENANT = `${OWNER}tenant:`;

/** Returns the id that owns all notes of a tenant. The usage of the tenant is the usage of this id. See the index `attachments_of_tenant`. */
export function ownerOfTenant(tenant: string): string {
  return TENANT + tenant;
}

export function isOwnerOfTenant(id: string): boolean {
  return id.startsWith(TENANT);
}

export function isOwnerOfItem(id: string): boolean {
  return id.startsWith(OWNER);
}

/** Returns whether an id is reserved for users of an application and for owners of items. No user of the service may have a reserved id. */
export function isReservedForItems(id: string): boolean {
  return id.startsWith(APPLICATION_USER) || isOwnerOfItem(id);
}

/** Identifies the caller before the body is read. Returns a promise only for I/O. Throws `unauthenticated` or `cross_site_request`. */
export type Authenticate = (request: FastifyRequest) => Caller | Promise<Caller>;

declare module "fastify" {
  interface FastifyRequest {
    /** The authentication hook sets the caller. Null on public routes. */
    caller: Caller | null;
  }
}

/** Returns the caller of a route with the authentication hook. Throws on a public route, because the call is then a bug. */
export function callerOf(request: Pick<FastifyRequest, "caller">): Caller {
  if (request.caller === null) throw new Error("The route has no authentication hook, so it has no caller.");
  return request.caller;
}

/**
 * Builds the hook that identifies the caller. The hook takes a callback, so that it needs no promise for a caller whom the service knows
 * from a cache. `requireEnabled`: refuses disabled users with a query. Routes that only decide about access omit it, because the access
 * query refuses disabled users.
 */
export function authenticationHook(
  authenticate: Authenticate,
  { requireEnabled }: { requireEnabled?: (userId: string) => Promise<void> } = {},
): onRequestHookHandler {
  return (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void => {
    // The response is for one user and may contain a signed URL, so no cache may store it.
    reply.header("cache-control", "no-store");
    let caller: Caller | Promise<Caller>;
    try {
      caller = authenticate(request);
    } catch (error) {
      done(error as Error);
      return;
    }
    const accept = (found: Caller): void => {
      request.caller = found;
      if (requireEnabled === undefined) done();
      else requireEnabled(found.userId).then(() => done(), done);
    };
    if (caller instanceof Promise) caller.then(accept, done);
    else accept(caller);
  };
}

/** Creates a function that identifies the caller again before a write. The credential may be revoked while the body arrives. */
export function identifyAgain(
  authenticate: Authenticate,
  { requireEnabled }: { requireEnabled?: (userId: string) => Promise<void> } = {},
): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    request.caller = await authenticate(request);
    await requireEnabled?.(request.caller.userId);
  };
}
