import { type CallsOptions, connect } from "../calls.ts";
import { visitCalls } from "./visit-calls.ts";

/** The calls that a visitor can make to a link, without uploads. */
export type LinkCalls = ReturnType<typeof visitCalls>;

/**
 * Opens a link, without the code for uploads. A page can load `openLink` later, when there is a file to send. This function sends no
 * request. Throws `invalid_option` when `baseUrl` is not a URL.
 */
export function openLinkCalls(token: string, options: Pick<CallsOptions, "baseUrl" | "fetch">): LinkCalls {
  return visitCalls(connect(options).call, token);
}
