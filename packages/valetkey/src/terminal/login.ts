import { createCalls, ValetKeyError } from "@valetkey/client";
import { readSecret, say } from "./screen.ts";
import { guardedFetch, isUnencrypted, serviceUrl } from "./service.ts";
import { credentialsFile, readCredentials, removeCredentials, writeCredentials } from "./store.ts";

/** `valetkey login` stores an API token. The person confirms a code in the browser, or gives a token. */
export async function login(given: string, { token }: { token?: string }): Promise<void> {
  const url = serviceUrl(given);
  if (isUnencrypted(url))
    say("Warning: with http, everybody on the way to the service can read your token. Use https.");
  const granted = { token: token || (await readSecret("API token: ")) };
  // A token that the service does not know fails here, and replaces no earlier sign-in.
  const { email, name, id } = await createCalls({ baseUrl: url, token: granted.token, fetch: guardedFetch(url) }).me();
  await writeCredentials({ url, ...granted });
  say(`Signed in to ${url} as ${email ?? name ?? id}. The token is in ${credentialsFile()}.`);
}

/** `valetkey logout` removes the sign-in from this machine, and revokes a token that `valetkey login` has requested. */
export async function logout(): Promise<void> {
  const credentials = await readCredentials();
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
