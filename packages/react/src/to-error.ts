import { ValetKeyError } from "@valetkey/client";

/** Makes a ValetKeyError from any error. The client throws only ValetKeyErrors, but a `getToken` of the application may throw others. */
export function toError(cause: unknown): ValetKeyError {
  return cause instanceof ValetKeyError ? cause : new ValetKeyError("network", "There is no URL.", { cause });
}
