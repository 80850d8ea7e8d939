import { describe, expect, it, onTestFinished } from "vitest";
import { startOidcProvider } from "../../packages/server/src/testing/auth/oidc-provider.ts";
import { useDatabases } from "./testing/databases.ts";
import { freePort } from "./testing/free-port.ts";
import { makePlace, runCli, startProcess } from "./testing/service.ts";

// One database engine is enough here, because the tests of accounts run on SQLite and PostgreSQL.
describe.each(useDatabases().filter(({ name }) => name === "postgres"))(
  "an identity provider on $name",
  ({ makeEnv }) => {
    it("a user of an identity provider can sign in, and get access to a note", async () => {
      const port = await freePort("127.0.0.1");
      const url = `http://localhost:${port}`;
      const provider = await startOidcProvider({ redirectUri: `${url}/auth/callback/oidc` });
      const place = await makePlace({
        ...(await makeEnv()),
        PORT: String(port),
        AUTH_SIGN_UP: "closed",
        AUTH_OIDC_ISSUER: provider.issuer,
        AUTH_OIDC_CLIENT_ID: provider.config.clientId,
        AUTH_OIDC_CLIENT_SECRET: provider.config.clientSecret,
      });
      const service = await startProcess(place);
      onTestFinished(async () => {
        await service.stop();
        await provider.stop();
        await place.remove();
      });
      const get = async (path: string, headers: Record<string, string> = {}) =>
        fetch(url + path, { headers, redirect: "manual" });
      const name = new URL(provider.issuer).host;
      expect(await (await get("/instance")).json()).toMatchObject({
        signUp: "closed",
        hasAccounts: false,
        oidc: { name },
      });
      const { paths } = (await (await get("/openapi.json")).json()) as { paths: object };
      expect(Object.keys(paths)).toContain("/auth/sign-in/oidc");

      provider.setPerson({ sub: "1", email: "ann@example.com", email_verified: true, name: "Ann" });
      const started = await fetch(`${url}/auth/sign-in/oidc`, {
        method: "POST",
        headers: { origin: url, "content-type": "application/json" },
        body: JSON.stringify({ callbackURL: "/shared" }),
      });
      const back = await provider.visit(((await started.json()) as { url: string }).url);
      expect(back.origin).toBe(url);
      const finished = await get(back.pathname + back.search, { cookie: cookiesOf(started) });
      expect([finished.status, finished.headers.get("location")]).toEqual([302, "/shared"]);
      const cookie = cookiesOf(finished);
      expect(await (await get("/me", { cookie })).json()).toMatchObject({ email: "ann@example.com", name: "Ann" });
      expect(await (await get("/instance")).json()).toMatchObject({ hasAccounts: true });
      // The sign-in has recorded the user, so the command line can create a token for the user's email address.
      const token = (await runCli(place, ["token", "create", "--email", "ann@example.com"])).stdout.trim();
      expect((await get("/me", { authorization: `Bearer ${token}` })).status).toBe(200);
      const shown = (await runCli(place, ["config"])).stdout;
      expect(shown).toContain(`AUTH_OIDC_NAME=${name}`);
      for (const text of [shown, service.output()]) expect(text).not.toContain(provider.config.clientSecret);
    });
  },
);

function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";", 1)[0])
    .join("; ");
}
