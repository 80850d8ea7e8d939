import type { Call } from "../call.ts";
import type { ApiTokens, CreatedToken, CreateTokenBody } from "../wire.ts";

export function tokenCalls(call: Call) {
  return {
    /** Creates a token. Only this response contains the token itself. */
    create: (token: CreateTokenBody) => call<CreatedToken>("POST", "/tokens", { body: token }),
    /** Lists the tokens of the caller. With `userId`, an administrator lists the tokens of another user. */
    list: ({ signal, userId }: { signal?: AbortSignal; userId?: string } = {}) =>
      call<ApiTokens>("GET", ofUser(userId), { signal }),
    /** Revokes a token of the caller. An administrator can revoke every token. */
    remove: (tokenId: string) => call<void>("DELETE", `/tokens/${encodeURIComponent(tokenId)}`),
    /** Revokes all tokens of the caller. With `userId`, an administrator revokes the tokens of another user. */
    removeAll: ({ userId }: { userId?: string } = {}) => call<void>("DELETE", ofUser(userId)),
  };
}

function ofUser(userId: string | undefined): string {
  return userId === undefined ? "/tokens" : `/tokens?${new URLSearchParams({ userId })}`;
}
