import type { Deps } from "../../platform/deps.ts";
import * as tokens from "./tokens.ts";

export type TokenVerbs = ReturnType<typeof createTokens>;

/** Creates what the rest of the service does with this feature. */
export function createTokens(deps: Deps) {
  return {
    createApiToken: tokens.createApiToken(deps),
    authenticateApiToken: tokens.authenticateApiToken(deps),
    listApiTokens: tokens.listApiTokens(deps),
    revokeApiToken: tokens.revokeApiToken(deps),
    revokeApiTokens: tokens.revokeApiTokens(deps),
    revokeApiTokensOf: tokens.revokeApiTokensOf(deps),
    createApiTokenOf: tokens.createApiTokenOf(deps),
    revokeAnyApiToken: tokens.revokeAnyApiToken(deps),
  };
}
