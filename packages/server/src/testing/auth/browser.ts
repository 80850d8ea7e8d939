import type { TestService } from "../service.ts";
import { ORIGIN } from "./account-client.ts";

export const FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0";

let nth = 0;

/** Creates a browser that stores its cookies. Each request has a new IP address, because the accounts library limits each IP address. */
export function openBrowser(service: TestService, { language = "en", userAgent = FIREFOX } = {}) {
  const cookies = new Map<string, string>();
  async function send(call: string, json?: object) {
    nth += 1;
    const [method, url] = call.split(" ") as ["GET", string];
    const response = await service.app.inject({
      method,
      url,
      remoteAddress: `10.${Math.floor(nth / 250) % 250}.8.${nth % 250}`,
      headers: {
        origin: ORIGIN,
        "accept-language": language,
        "user-agent": userAgent,
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
      },
      ...(json !== undefined && { payload: json }),
    });
    for (const set of [response.headers["set-cookie"] ?? []].flat()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    const body = response.body === "" ? undefined : response.json();
    return { status: response.statusCode, body, code: response.statusCode === 200 ? 200 : body?.code };
  }
  return {
    cookies,
    send,
    post: (path: string, json: object) => send(`POST /auth/${path}`, json),
    /** Ends the session of the browser. The account still knows this browser. */
    signOut: () => send("POST /auth/sign-out", {}),
  };
}
