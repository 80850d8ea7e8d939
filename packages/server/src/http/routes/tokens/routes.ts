import type { ApiToken as WireToken } from "@valetkey/contract";
import type { ApiToken } from "../../../usecases/ports/index.ts";
import { callerOf } from "../../auth-port.ts";
import { endFromWire, toIso } from "../../instants.ts";
import type { App, RouteDeps } from "../../types.ts";
import * as schema from "./schema.ts";

/** /me and /tokens. */
export function tokenRoutes(app: App, { useCases }: RouteDeps): void {
  app.get("/me", { schema: schema.getMe }, async (request) => {
    const { id, email, name, isAdmin } = await useCases.getMe(callerOf(request));
    return { id, email: email ?? null, name: name ?? null, isAdmin };
  });

  app.post("/tokens", { schema: schema.createToken }, async (request, reply) => {
    const { label, expiresAt } = request.body;
    const input = { label, expiresAt: endFromWire(expiresAt) };
    const { token, record } = await useCases.createApiToken(callerOf(request), input);
    return reply.code(201).send({ ...present(record), token });
  });

  app.get("/tokens", { schema: schema.listTokens }, async (request) => ({
    tokens: (await useCases.listApiTokens(callerOf(request))).map(present),
  }));

  app.delete("/tokens/:tokenId", { schema: schema.revokeToken }, async (request, reply) => {
    await useCases.revokeApiToken(callerOf(request), request.params.tokenId);
    return reply.code(204).send(null);
  });
}

function present({ id, label, createdAt, expiresAt }: ApiToken): WireToken {
  return { id, label, createdAt: toIso(createdAt), expiresAt: expiresAt === undefined ? null : toIso(expiresAt) };
}
