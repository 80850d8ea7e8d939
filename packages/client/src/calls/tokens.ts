import type { Call } from "../call.ts";
import type { ApiTokens, CreatedToken, CreateTokenBody } from "../wire.ts";

/** API tokens of the caller. */
export function tokenCalls(call: Call) {
  return {
    /** The token is in this answer and nowhere after it. */
    create: (token: CreateTokenBody) => call<CreatedToken>("POST", "/tokens", { body: token }),
    list: ({ signal }: { signal?: AbortSignal } = {}) => call<ApiTokens>("GET", "/tokens", { signal }),
    remove: (tokenId: string) => call<void>("DELETE", `/tokens/${encodeURIComponent(tokenId)}`),
  };
}
