import type { TestService } from "../service.ts";

export const ORIGIN = "https://files.example.com";
export const TEST_PASSWORD = "correct horse battery";

let nth = 0;

/** Creates a client for the routes at /auth. Each request has a new IP address, because the accounts library limits each IP address. */
export function accountClient(service: TestService) {
  async function send(method: "GET" | "POST", path: string, { json, cookie }: { json?: object; cookie?: string } = {}) {
    nth += 1;
    const response = await service.app.inject({
      method,
      url: `/auth/${path}`,
      remoteAddress: `10.${Math.floor(nth / 250) % 250}.9.${nth % 250}`,
      headers: { ...(method === "POST" && { origin: ORIGIN }), ...(cookie !== undefined && { cookie }) },
      ...(json !== undefined && { payload: json }),
    });
    const { statusCode: status, headers } = response;
    const body = response.json();
    const [set = ""] = [headers["set-cookie"]].flat().map((line) => String(line ?? "").split(";", 1)[0]);
    return { status, body, headers, cookie: set, code: status === 200 ? 200 : body.code };
  }
  const post = (path: string, json: object, cookie?: string) =>
    send("POST", path, { json, ...(cookie !== undefined && { cookie }) });
  return {
    get: (path: string, cookie: string) => send("GET", path, { cookie }),
    post,
    async signUp(name: string) {
      const email = `${name}@example.com`;
      const { cookie, body } = await post("sign-up/email", { email, name, password: TEST_PASSWORD });
      const userId: string = body.user.id;
      const signIn = (extra: object = {}) => post("sign-in/email", { email, password: TEST_PASSWORD, ...extra });
      return { email, cookie, userId, signIn };
    },
    statusOf: async (cookie: string, call = "GET /me") =>
      (await service.anonymous.send(call, { headers: { cookie, origin: ORIGIN } })).status,
  };
}
