import * as wire from "@valetkey/contract";
import { networkOf } from "../../platform/http/client-address.ts";
import { type App, emptyResponse, operations, type RouteDeps } from "../../platform/http/routes.ts";
import { isoOrNull, parseExpiresAt, toIso } from "../../platform/http/wire.ts";
import { callerOf } from "../access/caller.ts";
import type { AccountVerbs } from "../accounts/index.ts";
import type { PeopleVerbs } from "../people/index.ts";
import type { TokenVerbs } from "./index.ts";
import type { ApiToken } from "./queries.ts";

const schemas = operations("tokens", {
  getMe: {
    summary: "Read your user",
    response: { 200: wire.Me },
  },
  requestToken: {
    security: [] as [],
    summary: "Request an API token for a program. The token works after a signed-in person has confirmed the code",
    body: wire.RequestTokenBody,
    response: { 201: wire.RequestedToken },
  },
  readRequestedToken: {
    security: [] as [],
    summary: "Read whether a person has confirmed the code of a requested token",
    body: wire.RequestedTokenBody,
    response: { 200: wire.RequestedTokenState },
  },
  lookAtTokenRequest: {
    summary: "Read which program shows a code. After 10 wrong codes, wait for 15 minutes",
    body: wire.TokenRequestCode,
    response: { 200: wire.TokenRequest },
  },
  answerTokenRequest: {
    summary: "Give the program that shows a code an API token that acts as you, or refuse it",
    body: wire.AnswerTokenRequestBody,
    response: { 204: emptyResponse },
  },
  createToken: {
    summary:
      "Create an API token that acts as you. Only this response contains the token. The token of a user with a JWT expires within 90 days",
    body: wire.CreateTokenBody,
    response: { 201: wire.CreatedToken },
  },
  listTokens: {
    summary: "List your API tokens, or as an administrator those of another user, without their secrets",
    querystring: wire.TokensQuery,
    response: { 200: wire.ApiTokens },
  },
  revokeToken: {
    summary: "Revoke one of your API tokens, or as an administrator any API token",
    params: wire.TokenParams,
    response: { 204: emptyResponse },
  },
  revokeTokens: {
    summary: "Revoke all your API tokens, or as an administrator those of another user",
    querystring: wire.TokensQuery,
    response: { 204: emptyResponse },
  },
});

/** The time between two polls of a program that waits for its API token, in seconds. */
const INTERVAL_SECONDS = 2;

/** The routes with which a program without a browser gets an API token. They are public, because the program has no API token yet. */
export function openTokenRoutes(app: App, { useCases, publicUrl }: RouteDeps<TokenVerbs>): void {
  app.post("/token-requests", { schema: schemas.requestToken }, async ({ body, clientAddress }, reply) => {
    const program = { label: body.label, clientAddress, network: networkOf(clientAddress) };
    const { expiresAt, ...requested } = await useCases.requestToken(program);
    const confirmUrl = `${publicUrl}/terminal`;
    reply.code(201).header("cache-control", "no-store");
    return { ...requested, expiresAt: toIso(expiresAt), confirmUrl, intervalSeconds: INTERVAL_SECONDS };
  });

  app.post("/token-requests/state", { schema: schemas.readRequestedToken }, async ({ body, clientAddress }, reply) => {
    reply.header("cache-control", "no-store");
    return { tokenId: (await useCases.findRequestedToken(body.token, networkOf(clientAddress))) ?? null };
  });
}

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

  app.post("/token-requests/look", { schema: schemas.lookAtTokenRequest }, async (request) => {
    const found = await useCases.lookAtTokenRequest(callerOf(request), request.body.code);
    return {
      label: found.label,
      clientAddress: found.clientAddress,
      requestedAt: toIso(found.requestedAt),
      expiresAt: toIso(found.expiresAt),
      tokenExpiresAt: toIso(found.tokenExpiresAt),
    };
  });

  app.post("/token-requests/answer", { schema: schemas.answerTokenRequest }, async (request, reply) => {
    const { code, decision } = request.body;
    await useCases.answerTokenRequest(callerOf(request), { code, isConfirmed: decision === "confirm" });
    return reply.code(204).send(null);
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

function present({ id, label, createdAt, expiresAt, lastUsedAt }: ApiToken): wire.ApiToken {
  const times = { createdAt: toIso(createdAt), expiresAt: isoOrNull(expiresAt), lastUsedAt: isoOrNull(lastUsedAt) };
  return { id, label, ...times };
}
