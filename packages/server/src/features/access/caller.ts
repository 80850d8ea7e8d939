import type { FastifyReply, FastifyRequest, onRequestHookHandler } from "fastify";
import type { Role } from "../../platform/database/unions.ts";
import type { Attachment } from "./attachment.ts";

/** A session or an API token, which can be revoked. `id`: the id of its row, never the secret. */
export type Credential = { kind: "session" | "api-token"; id: string };

/** The authenticated caller of a use case. */
export type Caller = {
  userId: string;
  /** The member `credential` is undefined if a JWT identified the caller, or if the HTTP request needs no credential. */
  credential?: Credential | undefined;
  /** The expiry of the API token that authenticated the request, in milliseconds since the epoch. */
  tokenExpiresAt?: number | undefined;
  /**
   * In an embedding, the roles that the application grants, by the note id of each item. The granted roles are valid for one HTTP request,
   * and replace the roles in the database. If `grants` is undefined, the roles in the database apply.
   */
  grants?: ReadonlyMap<string, Role> | undefined;
};

/** The start of the id that files and audit events store for a visitor. */
export const VISITOR = "visitor:";

/** Returns the id that files and audit events store for a visitor. No user has the id of a visitor. */
export function visitorActorId(visitorId: string): string {
  return VISITOR + visitorId;
}

/** Returns the id of the visitor with a given actor id. Returns undefined for the id of a user. */
export function visitorIdOf(actorId: string): string | undefined {
  return actorId.startsWith(VISITOR) ? actorId.slice(VISITOR.length) : undefined;
}

/** Whether a role must not see a file. Visitors choose filenames, so viewers see the file after verification and review. */
export function isHiddenFrom(role: Role | undefined, { createdBy, state }: Pick<Attachment, "createdBy" | "state">) {
  return role === "viewer" && state !== "ready" && visitorIdOf(createdBy) !== undefined;
}

const APPLICATION_USER = "application:";

const OWNER = "item:";

/** The id of an application's user in files and audit events, which no user of the service has. */
export function applicationUserId(userId: string): string {
  return APPLICATION_USER + userId;
}

/** Returns the id of an actor in the application. Returns undefined if the actor is not a user of the application. */
export function idInApplication(actorId: string): string | undefined {
  return actorId.startsWith(APPLICATION_USER) ? actorId.slice(APPLICATION_USER.length) : undefined;
}

/** The owner of an item's note, who is not a user. Each item without a tenant has its own usage. */
export function ownerOfItem(noteId: string): string {
  return OWNER + noteId;
}

const TENANT = `${OWNER}tenant:`;

/** The owner of all notes of a tenant, whose usage is the usage of the tenant. See the index of migration 0117. */
export function ownerOfTenant(tenant: string): string {
  return TENANT + tenant;
}

/** Returns whether an id belongs to the owner of the items of a tenant. */
export function isOwnerOfTenant(id: string): boolean {
  return id.startsWith(TENANT);
}

/** Returns whether an id belongs to the owner of an item, or of the items of a tenant. */
export function isOwnerOfItem(id: string): boolean {
  return id.startsWith(OWNER);
}

/** Returns whether an id belongs to a user of an application, or to the owner of an item. No user of the service may have a reserved id. */
export function isReservedForItems(id: string): boolean {
  return id.startsWith(APPLICATION_USER) || isOwnerOfItem(id);
}

/** Identifies the caller before the body is read, with a promise only for I/O. Throws `unauthenticated` or `cross_site_request`. */
export type Authenticate = (request: FastifyRequest) => Caller | Promise<Caller>;

declare module "fastify" {
  interface FastifyRequest {
    /** The authentication hook sets the caller. The member `caller` is null on public routes. */
    caller: Caller | null;
  }
}

/**
 * Returns the caller of a route that has the authentication hook. Throws on a public route, which has no caller, because such a call is a
 * bug.
 */
export function callerOf(request: Pick<FastifyRequest, "caller">): Caller {
  if (request.caller === null) throw new Error("The route has no authentication hook, so it has no caller.");
  return request.caller;
}

/**
 * Builds the hook that identifies the caller. The hook has a callback parameter, so that the hook needs no promise for a caller who is
 * known synchronously. The function `requireEnabled` refuses disabled users with a query. Routes that only make an access decision omit
 * `requireEnabled`, because the access query refuses disabled users.
 */
export function authenticationHook(
  authenticate: Authenticate,
  { requireEnabled }: { requireEnabled?: (userId: string) => Promise<void> } = {},
): onRequestHookHandler {
  return (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void => {
    // A cache must not store the response, because the response is for one user and may contain a signed URL.
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

/** Creates a check before a write that identifies the caller again. The credential may be revoked while the body arrives. */
export function identifyAgain(
  authenticate: Authenticate,
  { requireEnabled }: { requireEnabled?: (userId: string) => Promise<void> } = {},
): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    request.caller = await authenticate(request);
    await requireEnabled?.(request.caller.userId);
  };
}
