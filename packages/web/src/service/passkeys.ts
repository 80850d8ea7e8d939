import { accountCalls, type Passkey } from "./account-calls.ts";
import { importWithRetry } from "./lazy-code.ts";

const load = () => importWithRetry(() => import("@simplewebauthn/browser"));

/** Returns whether this page can use passkeys. The page needs HTTPS or localhost, and a host name instead of an IP address. */
export function canUsePasskeys(): boolean {
  const isName = !/^[\d.]+$|^\[/.test(location.hostname);
  return isSecureContext && isName && "PublicKeyCredential" in window;
}

/** Returns whether the user has closed the browser's dialog, or the dialog has timed out. */
export function isCancelled(error: unknown): boolean {
  const { name, cause } = Object(error) as { name?: unknown; cause?: unknown };
  return [name, Object(cause).name].some((one) => one === "NotAllowedError" || one === "AbortError");
}

type NewPasskey = { name: string; password: string; code?: string };

/** Creates a passkey in the browser, and adds the passkey to the account. */
export async function createPasskey({ name, ...proof }: NewPasskey): Promise<Passkey> {
  const [{ startRegistration }, optionsJSON] = await Promise.all([load(), accountCalls.startPasskey(proof)]);
  return accountCalls.addPasskey({ name, response: await startRegistration({ optionsJSON }) });
}

/** Signs in with a passkey that the user chooses in the browser. */
export async function signInWithPasskey(): Promise<void> {
  const [{ startAuthentication }, optionsJSON] = await Promise.all([load(), accountCalls.startPasskeySignIn()]);
  await accountCalls.signInWithPasskey(await startAuthentication({ optionsJSON }));
}
