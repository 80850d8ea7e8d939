import { hostname, userInfo } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { createCalls, openTokenRequests, ValetKeyError } from "@valetkey/client";
import { TerminalError } from "./exit-codes.ts";
import { readSecret, say } from "./screen.ts";
import { guardedFetch, serviceUrl, warnIfUnencrypted } from "./service.ts";
import { credentialsFile, removeCredentials, storedCredentials, writeCredentials } from "./store.ts";

/** `valetkey login` stores an API token. The person confirms a code in the browser, or gives a token. */
export async function login(given: string, { token }: { token?: string }): Promise<void> {
  const url = serviceUrl(given);
  warnIfUnencrypted(url);
  const granted =
    token === undefined ? await confirmInBrowser(url) : { token: token || (await readSecret("API token: ")).trim() };
  // A token that the service does not know fails here, and replaces no earlier sign-in.
  const { email, name, id } = await createCalls({ baseUrl: url, token: granted.token, fetch: guardedFetch(url) }).me();
  await writeCredentials({ url, ...granted });
  say(`Signed in to ${url} as ${email ?? name ?? id}. The token is in ${credentialsFile()}.`);
}

/** Requests a token, shows the code, and waits until a signed-in person confirms the code in the web app. */
async function confirmInBrowser(url: string): Promise<{ token: string; tokenId: string }> {
  const requests = openTokenRequests({ baseUrl: url, fetch: guardedFetch(url) });
  const asked = await requests.request(labelOfMachine());
  const minutes = Math.round((Date.parse(asked.expiresAt) - Date.now()) / 60_000);
  say(`Open ${asked.confirmUrl} in a browser, and enter this code within ${minutes} minutes:\n\n    ${asked.code}\n`);
  say("The code gives this terminal access to your account. Give it to nobody. Waiting…");
  for (;;) {
    // A pause of 0 or of hours would be a fault of the service.
    await sleep(Math.min(30, Math.max(1, Number(asked.intervalSeconds) || 2)) * 1000);
    try {
      const { tokenId } = await requests.state(asked.token);
      if (tokenId !== null) return { token: asked.token, tokenId };
    } catch (error) {
      if (!(error instanceof ValetKeyError)) throw error;
      if (error.code === "token_request_not_found") {
        throw new TerminalError(
          "refused",
          "The code was refused or has expired. Run the command again for another code.",
        );
      }
      // After a lost connection or many polls of the network, the command keeps waiting. The code expires soon anyway.
      const mayPass = error.code === "network" || error.code === "rate_limited";
      if (!mayPass || Date.now() > Date.parse(asked.expiresAt)) throw error;
    }
  }
}

/** The name of the token in the settings of the person, such as "valetkey, ann on laptop". */
function labelOfMachine(): string {
  let user = "";
  try {
    user = `${userInfo().username} on `;
  } catch {
    // Some containers have a user without a name.
  }
  return `valetkey, ${user}${hostname()}`.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, 100);
}

/** `valetkey logout` removes the sign-in from this machine, and revokes a token that `valetkey login` has requested. */
export async function logout(): Promise<void> {
  const credentials = await storedCredentials();
  if (credentials === undefined) {
    say("Nobody is signed in.");
    return;
  }
  const { url, token, tokenId } = credentials;
  const stays = "The token still works. Revoke it in the settings of the web app, under API tokens.";
  let note = tokenId === undefined ? stays : "The token is revoked.";
  if (tokenId !== undefined) {
    const { tokens } = createCalls({ baseUrl: url, token, fetch: guardedFetch(url) });
    await tokens.remove(tokenId).catch((error) => {
      // The service refuses a token that is already revoked.
      if (!(error instanceof ValetKeyError && error.status === 401)) note = stays;
    });
  }
  await removeCredentials();
  say(`Signed out of ${url}. ${note}`);
  if (process.env.VALETKEY_TOKEN !== undefined) say("The environment variable VALETKEY_TOKEN is still set.");
}
