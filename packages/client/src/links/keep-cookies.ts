/**
 * Returns a `fetch` that stores the cookie of the visitor on platforms that store no cookies, such as Node. A browser stores the cookie
 * itself and hides it from scripts. A browser also ignores the header `cookie` that this function sets.
 */
export function keepCookies(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  const cookies = new Map<string, string>();
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    if (cookies.size > 0) headers.set("cookie", [...cookies].map((pair) => pair.join("=")).join("; "));
    const response = await fetch(input, { ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return response;
  };
}
