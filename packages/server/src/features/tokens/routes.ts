import {
  ApiTokens,
  CreatedToken,
  CreateTokenBody,
  Me,
  TokenParams,
  TokensQuery,
  type ApiToken as WireToken,
} from "@valetkey/contract";
import { emptyResponse, operations } from "../../platform/http/openapi.ts";
import type { App, RouteDeps } from "../../platform/http/route-types.ts";
import { parseExpiresAt, toIso } from "../../platform/http/wire.ts";
import { callerOf } from "../access/caller.ts";
import type { AccountVerbs } from "../accounts/index.ts";
import type { PeopleVerbs } from "../people/index.ts";
import type { TokenVerbs } from "./index.ts";
import type { ApiToken } from "./queries.ts";

const schemas = operations("tokens", {
  getMe: {
    summary: "Read your user",
    response: { 200: Me },
  },
  createToken: {
    summary:
      "Create an API token that acts as you. Only this response contains the token. The token of a user with a JWT expires within 90 days",
    body: CreateTokenBody,
    response: { 201: CreatedToken },
  },
  listTokens: {
    summary: "List your API tokens, or as an administrator those of another user, without their secrets",
    querystring: TokensQuery,
    response: { 200: ApiTokens },
  },
  revokeToken: {
    summary: "Revoke one of your API tokens, or as an administrator any API token",
    params: TokenParams,
    response: { 204: emptyResponse },
  },
  revokeTokens: {
    summary: "Revoke all your API tokens, or as an administrator those of another user",
    querystring: TokensQuery,
    response: { 204: emptyResponse },
  },
});

/** The routes /me and /tokens. */
export function tokenRoutes(app: App, { useCases }: RouteDeps<AccountVerbs & PeopleVerbs & TokenVerbs>): void {
  app.get("/me", { schema: schemas.getMe }, async (request) => {
    const caller = callerOf(request);
    const { id, email, name, isAdmin } = await useCases.getMe(caller);
    const emailProven = await useCases.hasProvenEmail(caller);
    const hasPassword = await useCases.hasPassword(caller);
    return { id, email: email ?? null, emailProven, name: name ?? null, isAdmin, hasPassword };
  });

  app.post("/tokens", { schema: schemas.createToken }, async (request, reply) => {
    const { label, expiresAt } = request.body;
    const input = { label, expiresAt: parseExpiresAt(expiresAt) };
    const { token, record } = await useCases.createApiToken(callerOf(request), input);
    return reply.code(201).send({ ...present(record), token });
  });

  app.get("/tokens", { schema: schemas.listTokens }, async (request) => ({
    tokens: (await useCases.listApiTokens(callerOf(request), request.query.userId)).map(present),
  }));

  app.delete("/tokens", { schema: schemas.revokeTokens }, async (request, reply) => {
    await useCases.revokeApiTokens(callerOf(request), request.query.userId);
    return reply.code(204).send(null);
  });

  app.delete("/tokens/:tokenId", { schema: schemas.revokeToken }, async (request, reply) => {
    await useCases.revokeApiToken(callerOf(request), request.params.tokenId);
    return reply.code(204).send(null);
  });
}

function present({ id, label, createdAt, expiresAt }: ApiToken): WireToken {
  return { id, label, createdAt: toIso(createdAt), expiresAt: expiresAt === undefined ? null : toIso(expiresAt) };
}
