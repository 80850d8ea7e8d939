import { hostname, userInfo } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { createCalls, openTokenRequests, ValetKeyError } from "@valetkey/client";
import { TerminalError } from "./exit-codes.ts";
import { readSecret, say } from "./screen.ts";
import { guardedFetch, serviceUrl, warnIfUnencrypted } from "./service.ts";
import { credentialsFile, removeCredentials, storedCredentials, writeCredentials } from "./store.ts";

/** `valetkey login` stores an API token, which the person enters or which the person grants in the browser by confirming a code. */
export async function login(given: string, { token }: { token?: string }): Promise<void> {
  const url = serviceUrl(given);
  warnIfUnencrypted(url);
  const granted =
    token === undefined ? await confirmInBrowser(url) : { token: token || (await readSecret("API token: ")).trim() };
  // If the service does not know the token, this request fails, and an earlier sign-in stays stored.
  const { email, name, id } = await createCalls({ baseUrl: url, token: granted.token, fetch: guardedFetch(url) }).me();
  await writeCredentials({ url, ...granted });
  say(`Signed in to ${url} as ${email ?? name ?? id}. The token is in ${credentialsFile()}.`);
}

/** Requests an API token, shows a code, and waits until a signed-in person confirms the code in the web app. */
async function confirmInBrowser(url: string): Promise<{ token: string; tokenId: string }> {
  const requests = openTokenRequests({ baseUrl: url, fetch: guardedFetch(url) });
  const asked = await requests.request(labelOfMachine());
  const minutes = Math.round((Date.parse(asked.expiresAt) - Date.now()) / 60_000);
  say(`Open ${asked.confirmUrl} in a browser, and enter this code within ${minutes} minutes:\n\n    ${asked.code}\n`);
  say("The code gives this terminal access to your account. Give it to nobody. Waiting…");
  for (;;) {
    // Protects against a service that asks for a wait of 0 or of hours.
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
      // The command keeps waiting after a lost connection, and if the service limits its polls. The code expires soon anyway.
      const mayPass = error.code === "network" || error.code === "rate_limited";
      if (!mayPass || Date.now() > Date.parse(asked.expiresAt)) throw error;
    }
  }
}

/** Returns the name of the API token in the settings of the person, such as "valetkey, ann on laptop". */
function labelOfMachine(): string {
  let user = "";
  try {
    user = `${userInfo().username} on `;
  } catch {
    // The user of some containers has no name.
  }
  return `valetkey, ${user}${hostname()}`.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, 100);
}

/** `valetkey logout` deletes the sign-in on this machine, and revokes the API token if `valetkey login` has requested it. */
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
      // Status 401 means that the token is already revoked.
      if (!(error instanceof ValetKeyError && error.status === 401)) note = stays;
    });
  }
  await removeCredentials();
  say(`Signed out of ${url}. ${note}`);
  if (process.env.VALETKEY_TOKEN !== undefined) say("The environment variable VALETKEY_TOKEN is still set.");
}
