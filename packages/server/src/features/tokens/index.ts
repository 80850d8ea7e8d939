import type { Deps } from "../../platform/deps.ts";
import {
  authenticateApiToken,
  createApiToken,
  createApiTokenOf,
  listApiTokens,
  revokeAnyApiToken,
  revokeApiToken,
  revokeApiTokens,
  revokeApiTokensOf,
} from "./tokens.ts";

export type TokenVerbs = ReturnType<typeof createTokens>;

/** Creates what the rest of the service does with this feature. */
export function createTokens(deps: Deps) {
  return {
    createApiToken: createApiToken(deps),
    authenticateApiToken: authenticateApiToken(deps),
    listApiTokens: listApiTokens(deps),
    revokeApiToken: revokeApiToken(deps),
    revokeApiTokens: revokeApiTokens(deps),
    revokeApiTokensOf: revokeApiTokensOf(deps),
    createApiTokenOf: createApiTokenOf(deps),
    revokeAnyApiToken: revokeAnyApiToken(deps),
  };
}
