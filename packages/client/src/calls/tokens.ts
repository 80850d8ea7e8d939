import type { Call } from "../call.ts";
import type { ApiTokens, CreatedToken, CreateTokenBody } from "../wire.ts";

export function tokenCalls(call: Call) {
  return {
    /** Creates a token. Only this response contains the token itself. */
    create: (token: CreateTokenBody) => call<CreatedToken>("POST", "/tokens", { body: token }),
    list: ({ signal }: { signal?: AbortSignal } = {}) => call<ApiTokens>("GET", "/tokens", { signal }),
    remove: (tokenId: string) => call<void>("DELETE", `/tokens/${encodeURIComponent(tokenId)}`),
  };
}
