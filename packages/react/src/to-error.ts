import { ValetKeyError } from "@valetkey/client";

/** The client throws only ValetKeyErrors. A `fetch` or a `getToken` of the application may throw other errors. */
export function toError(cause: unknown): ValetKeyError {
  return cause instanceof ValetKeyError ? cause : new ValetKeyError("network", "There is no URL.", { cause });
}
